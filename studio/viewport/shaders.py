"""The GLSL of the viewport, as text. GLSL 1.20, so that software and old drivers run it too.

Light is computed linearly and turned into sRGB at the end; the key light hangs on the camera's
left shoulder (a body seen from behind is as readable as from the front).
"""

from __future__ import annotations

BACKDROP = """
uniform vec2 u_resolution;   // pixels of the whole pane
uniform vec2 u_origin;       // its lower left corner
uniform vec3 u_backdrop_mid;  // sRGB: a dark gradient needs no linear light, and this is cheap
uniform vec3 u_backdrop_edge;

vec3 backdrop(vec2 pixel) {
    vec2 at = (pixel - u_origin) / u_resolution - vec2(0.5, 0.56);
    at.x *= min(u_resolution.x / u_resolution.y, 1.6) * 0.72;
    float far = clamp(dot(at, at) * 1.9, 0.0, 1.0);
    return mix(u_backdrop_mid, u_backdrop_edge, far * (2.0 - far));
}

float dither(vec2 pixel) {  // breaks the bands of a dark gradient (Jimenez 2014)
    return (fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}
"""

BACKDROP_VERTEX = """
attribute vec2 a_corner;
void main() { gl_Position = vec4(a_corner, 0.9999, 1.0); }
"""

BACKDROP_FRAGMENT = (
    BACKDROP
    + """
void main() {
    gl_FragColor = vec4(backdrop(gl_FragCoord.xy) + dither(gl_FragCoord.xy), 1.0);
}
"""
)

COPY_VERTEX = """
attribute vec2 a_corner;
varying vec2 v_at;
void main() {
    v_at = a_corner * 0.5 + 0.5;
    gl_Position = vec4(a_corner, 0.0, 1.0);
}
"""

COPY_FRAGMENT = """
uniform sampler2D u_picture;
varying vec2 v_at;
void main() { gl_FragColor = texture2D(u_picture, v_at); }
"""

BODY = """
uniform mat4 u_body;        // what a body has of its own, in one: every uniform costs a call
#define OWN_LOOKUP u_body[0].xyz    // u scale, u offset, v of the frame
#define OWN_OPACITY u_body[0].w
#define OWN_OFFSET u_body[1].xyz    // where the body stands
#define OWN_COLOR u_body[2].xyz     // linear
#define OWN_RIM u_body[3].xyz       // linear, of the light from behind; brighter where selected
"""

SKINNING = (
    BODY
    + """
uniform sampler2D u_clip;   // the whole clip's bone matrices

void bone_rows(float coordinate, out vec4 x, out vec4 y, out vec4 z) {
    float u = coordinate * OWN_LOOKUP.x + OWN_LOOKUP.y;
    float s = ROW_STEP * OWN_LOOKUP.x;
    x = texture2D(u_clip, vec2(u, OWN_LOOKUP.z));
    y = texture2D(u_clip, vec2(u + s, OWN_LOOKUP.z));
    z = texture2D(u_clip, vec2(u + 2.0 * s, OWN_LOOKUP.z));
}
"""
)

SKIN = """
uniform vec3 u_eye;
uniform vec3 u_key;     // unit vectors towards the lights
uniform vec3 u_fill;
uniform vec3 u_back;
#ifdef HEAT
uniform sampler2D u_ramp;

vec3 skin(float heat) { return texture2D(u_ramp, vec2(clamp(heat, 0.002, 0.998), 0.5)).rgb; }
#else
vec3 skin(float heat) { return OWN_COLOR; }
#endif

vec3 seen(vec3 position, vec3 normal, float shade, vec3 own) {  // sRGB
    vec3 n = normalize(normal);
    vec3 v = normalize(u_eye - position);
    float facing = dot(n, v);
    n *= sign(facing + 1e-6);
    facing = abs(facing);
    float up = n.y * 0.5 + 0.5;

    float lit = clamp((dot(n, u_key) + 0.10) / 1.10, 0.0, 1.0);
    lit *= mix(lit, 1.0, 0.35);
    float round_off = 0.70 + 0.30 * smoothstep(0.0, 0.85, facing);  // limbs read as round
    float fill = dot(n, u_fill) * 0.5 + 0.5;
    float near_floor = mix(0.62, 1.0, smoothstep(-0.1, 0.55, position.y + 0.3 * n.y));
    vec3 ambient = mix(vec3(0.034, 0.030, 0.034), vec3(0.125, 0.140, 0.180), up);
    vec3 light = ambient * (near_floor * shade)
        + vec3(1.00, 0.965, 0.91) * (lit * 1.08 * mix(shade, 1.0, 0.4))
        + vec3(0.55, 0.70, 1.00) * (fill * fill * 0.10 * shade);

    vec3 h = normalize(u_key + v);
    float nh = max(dot(n, h), 0.0);
    nh *= nh; nh *= nh; nh *= nh;
    float gloss = (nh * 0.030 + nh * nh * nh * 0.075) * lit * shade;

    float edge = 1.0 - facing;
    float rim = edge * edge * edge * (0.25 + 0.5 * up);
    rim += edge * edge * smoothstep(-0.05, 0.75, dot(n, u_back)) * 1.5;
    vec3 color = own * light * round_off + vec3(gloss) + OWN_RIM * (rim * shade);
    color = color * (1.0 + 0.04 * color) / (1.0 + 0.18 * color);  // pale bodies do not burn out
    // three square roots a channel stand for pow(color, 1 / 2.2): half the price in software
    vec3 a = sqrt(clamp(color, 0.0, 1.0)), b = sqrt(a), c = sqrt(b);
    return 0.5851224 * a + 0.7831404 * b - 0.3682627 * c;
}
"""
"""How a point of a body looks: in the fragment's stage, of COARSE bodies in the vertex's."""

BODY_VERTEX = (
    SKINNING
    + SKIN
    + """
attribute vec3 a_position;
attribute vec3 a_normal;
attribute vec4 a_bones;
attribute vec4 a_weights;
attribute float a_shade;
uniform mat4 u_clip_from_world;
#ifdef COARSE
varying vec3 v_seen;
#else
varying vec3 v_position;
varying vec3 v_normal;
varying float v_shade;
varying float v_heat;
#endif
#ifdef HEAT
uniform sampler2D u_heat;   // laid out as u_clip: a joint's value is the first number of its matrix

float heat_at(float coordinate) {
    return texture2D(u_heat, vec2(coordinate * OWN_LOOKUP.x + OWN_LOOKUP.y, OWN_LOOKUP.z)).x;
}
#endif

void main() {
    vec4 x, y, z, bx, by, bz;
    bone_rows(a_bones.x, bx, by, bz);
    x = bx * a_weights.x; y = by * a_weights.x; z = bz * a_weights.x;
    bone_rows(a_bones.y, bx, by, bz);
    x += bx * a_weights.y; y += by * a_weights.y; z += bz * a_weights.y;
    bone_rows(a_bones.z, bx, by, bz);
    x += bx * a_weights.z; y += by * a_weights.z; z += bz * a_weights.z;
    bone_rows(a_bones.w, bx, by, bz);
    x += bx * a_weights.w; y += by * a_weights.w; z += bz * a_weights.w;
    vec4 rest = vec4(a_position, 1.0);
    vec3 world = vec3(dot(x, rest), dot(y, rest), dot(z, rest)) + OWN_OFFSET;
    vec3 normal = vec3(dot(x.xyz, a_normal), dot(y.xyz, a_normal), dot(z.xyz, a_normal));
    float heat = 0.0;
#ifdef HEAT
    heat = heat_at(a_bones.x) * a_weights.x + heat_at(a_bones.y) * a_weights.y
        + heat_at(a_bones.z) * a_weights.z + heat_at(a_bones.w) * a_weights.w;
#endif
#ifdef COARSE
    v_seen = seen(world, normal, a_shade, skin(heat));
#else
    v_position = world;
    v_normal = normal;
    v_shade = a_shade;
    v_heat = heat;
#endif
    gl_Position = u_clip_from_world * vec4(world, 1.0);
}
"""
)

BODY_FRAGMENT = (
    BACKDROP
    + BODY
    + SKIN
    + """
#ifdef COARSE
varying vec3 v_seen;
#else
varying vec3 v_position;
varying vec3 v_normal;
varying float v_shade;
varying float v_heat;
#endif

void main() {
#ifdef COARSE
    vec3 color = v_seen;
#else
    vec3 color = seen(v_position, v_normal, v_shade, skin(v_heat));
#endif
#ifdef VEIL  // a ghost: mixed with the backdrop instead of blended, so no insides shine through
    gl_FragColor = vec4(mix(backdrop(gl_FragCoord.xy), color, OWN_OPACITY), 1.0);
#else
    gl_FragColor = vec4(color, OWN_OPACITY);
#endif
}
"""
)

_FAINTEST = "#define FAINTEST 0.003\n"  # a darkness that 8 bits do not show

SHADOW_VERTEX = (
    SKINNING
    + _FAINTEST
    + """
attribute vec2 a_corner;    // -1..1 along and across
attribute float a_bone;
attribute vec3 a_start;     // a bone's ends at rest
attribute vec3 a_end;
attribute vec2 a_radius;    // at both ends, metres
uniform mat4 u_clip_from_world;
uniform vec2 u_slide;       // how far the shadow moves for a metre of height (x, z)
varying vec2 v_place;       // along, across, metres from the start
varying vec3 v_span;        // length, soft radius at start and end
varying vec2 v_dark;

vec2 softened(float height, float radius) {  // soft radius, darkness
    float h = max(height, 0.0);
    // what is thin and high leaves no trace: its quad shrinks to nothing below
    float dark = radius / (radius + h * 0.42);
    return vec2(radius * 1.35 + 0.05 + h * 0.24, max(dark - 0.09, 0.0) * 1.1);
}

void main() {
    vec4 x, y, z;
    bone_rows(a_bone, x, y, z);
    vec4 s4 = vec4(a_start, 1.0), e4 = vec4(a_end, 1.0);
    vec3 s = vec3(dot(x, s4), dot(y, s4), dot(z, s4)) + OWN_OFFSET;
    vec3 e = vec3(dot(x, e4), dot(y, e4), dot(z, e4)) + OWN_OFFSET;
    vec2 soft_s = softened(s.y - a_radius.x, a_radius.x);
    vec2 soft_e = softened(e.y - a_radius.y, a_radius.y);
    vec2 from = s.xz + u_slide * max(s.y, 0.0);
    vec2 to = e.xz + u_slide * max(e.y, 0.0);
    vec2 axis = to - from;
    float len = length(axis);
    axis = len > 1e-4 ? axis / len : vec2(1.0, 0.0);
    float dark = max(soft_s.y, soft_e.y) * OWN_OPACITY;
    // as far as it darkens at all, which for what is high is much less than it is soft
    float seen = sqrt(max(1.0 - sqrt(FAINTEST / max(dark, FAINTEST)), 0.0));
    float reach = max(soft_s.x, soft_e.x) * seen;
    len *= step(1e-6, reach);
    vec2 across = vec2(-axis.y, axis.x);
    float along = a_corner.x < 0.0 ? -reach : len + reach;
    vec2 at = from + axis * along + across * (a_corner.y * reach);
    v_place = vec2(along, a_corner.y * reach);
    v_span = vec3(len, soft_s.x, soft_e.x);
    v_dark = vec2(soft_s.y, soft_e.y);
    gl_Position = u_clip_from_world * vec4(at.x, 0.001, at.y, 1.0);
}
"""
)

SHADOW_FRAGMENT = (
    BODY
    + _FAINTEST
    + """
varying vec2 v_place;
varying vec3 v_span;
varying vec2 v_dark;

void main() {
    float along = clamp(v_place.x, 0.0, v_span.x);
    float t = v_span.x > 1e-4 ? along / v_span.x : 0.0;
    float away = length(vec2(v_place.x - along, v_place.y)) / mix(v_span.y, v_span.z, t);
    float soft = max(1.0 - away * away, 0.0);
    float dark = mix(v_dark.x, v_dark.y, t) * soft * soft * OWN_OPACITY;
    if (dark < FAINTEST) discard;
    gl_FragColor = vec4(0.0, 0.0, 0.0, dark);
}
"""
)

FLOOR_VERTEX = """
attribute vec2 a_floor;     // x, z metres
attribute float a_alpha;
uniform mat4 u_clip_from_world;
uniform vec2 u_centre;      // the grid goes where the bodies are, in whole cells
uniform float u_reach;      // metres to where it has faded
varying float v_alpha;
void main() {
    v_alpha = a_alpha * (1.0 - smoothstep(0.12, 1.0, length(a_floor) / u_reach));
    vec2 at = a_floor + u_centre;
    gl_Position = u_clip_from_world * vec4(at.x, 0.0, at.y, 1.0);
}
"""

FLOOR_FRAGMENT = """
varying float v_alpha;
uniform vec3 u_color;       // sRGB
uniform float u_strength;
void main() { gl_FragColor = vec4(u_color, v_alpha * u_strength); }
"""

DISC_VERTEX = """
attribute vec2 a_corner;
uniform mat4 u_clip_from_world;
uniform vec3 u_place;       // x, z, radius in metres
varying vec2 v_corner;
void main() {
    v_corner = a_corner;
    vec2 at = u_place.xy + a_corner * u_place.z;
    gl_Position = u_clip_from_world * vec4(at.x, 0.0005, at.y, 1.0);
}
"""

DISC_FRAGMENT = """
varying vec2 v_corner;
uniform vec4 u_color;       // sRGB and strength
uniform float u_ring;       // 0: a pool of light; else the ring's radius within the disc
void main() {
    float r = length(v_corner);
    float a;
    if (u_ring > 0.0) {
        float line = fwidth(r) * 1.1 + 0.004;
        a = 1.0 - smoothstep(0.0, line, abs(r - u_ring));
        a += 0.20 * (r < u_ring ? smoothstep(u_ring - 0.5, u_ring, r) * 0.6
                                : 1.0 - smoothstep(u_ring, u_ring + 0.28, r));
    } else {
        a = max(1.0 - r * r, 0.0);
        a *= a;
    }
    gl_FragColor = vec4(u_color.rgb, clamp(a, 0.0, 1.0) * u_color.a);
}
"""


def source(text: str) -> str:
    """Fill in the constants a shader shares with :mod:`studio.viewport.clip_texture`."""
    from studio.viewport.clip_texture import ROW_STEP

    return text.replace("ROW_STEP", repr(float(ROW_STEP)))
