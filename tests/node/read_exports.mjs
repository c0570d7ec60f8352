// Reads exported files with three.js' loaders and Khronos' validator: node read_exports.mjs FILE...
// Prints one JSON object: {file: {bones, tracks, duration, fps, joints (T, bones, 3), vertices, issues}}.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

globalThis.window = globalThis.self = globalThis;
const modules = process.env.MOTION_STUDIO_NODE_MODULES ?? path.join(import.meta.dirname, 'node_modules');
const require = createRequire(path.join(modules, 'x.js'));
const load = (name) => import(pathToFileURL(path.join(modules, name)));
const THREE = await load('three/build/three.module.js');
const { FBXLoader } = await load('three/examples/jsm/loaders/FBXLoader.js');
const { GLTFLoader } = await load('three/examples/jsm/loaders/GLTFLoader.js');
const { BVHLoader } = await load('three/examples/jsm/loaders/BVHLoader.js');
const validator = require('gltf-validator');

const bytes = (file) => new Uint8Array(fs.readFileSync(file)).buffer;

async function opened(file) {
  if (file.endsWith('.fbx')) {
    const root = new FBXLoader().parse(bytes(file), '');
    return { root, clips: root.animations };
  }
  if (file.endsWith('.glb')) {
    const gltf = await new Promise((ok, no) => new GLTFLoader().parse(bytes(file), '', ok, no));
    return { root: gltf.scene, clips: gltf.animations };
  }
  const bvh = new BVHLoader().parse(fs.readFileSync(file, 'utf8'));
  const root = new THREE.Group();
  root.add(bvh.skeleton.bones[0]);
  return { root, clips: [bvh.clip] };
}

function sampled(root, clip, frames, bones) {
  const mixer = new THREE.AnimationMixer(root);
  const action = mixer.clipAction(clip);
  action.setLoop(THREE.LoopOnce);
  action.clampWhenFinished = true;
  action.play();
  const joints = [];
  for (let frame = 0; frame < frames; frame++) {
    mixer.setTime(Math.min((clip.duration * frame) / Math.max(frames - 1, 1), clip.duration));
    root.updateMatrixWorld(true);
    joints.push(bones.map((bone) => bone.getWorldPosition(new THREE.Vector3()).toArray()));
  }
  return joints;
}

function skinnedVertices(root) {
  let mesh = null;
  root.traverse((node) => (mesh ??= node.isSkinnedMesh ? node : null));
  if (!mesh) return null;
  mesh.skeleton.update();
  const count = mesh.geometry.attributes.position.count;
  const out = [];
  for (let index = 0; index < count; index += Math.ceil(count / 500)) {
    const at = new THREE.Vector3().fromBufferAttribute(mesh.geometry.attributes.position, index);
    const rest = at.toArray();
    mesh.applyBoneTransform(index, at);
    out.push([rest, at.applyMatrix4(mesh.matrixWorld).toArray()]);
  }
  return out;
}

const report = {};
for (const file of process.argv.slice(2)) {
  const { root, clips } = await opened(file);
  const bones = [];
  root.traverse((node) => node.isBone && node.name !== 'ENDSITE' && bones.push(node));
  if (!bones.length) clips[0].tracks.forEach((t) => bones.push(root.getObjectByName(t.name.split('.')[0])));
  const named = [...new Map(bones.map((bone) => [bone.name, bone])).values()];
  const keys = Math.max(...clips[0].tracks.map((track) => track.times.length));
  const joints = sampled(root, clips[0], keys, named);
  const entry = { bones: named.map((bone) => bone.name), clips: clips.map((clip) => clip.name) };
  Object.assign(entry, { duration: clips[0].duration, keys, joints, vertices: skinnedVertices(root) });
  if (file.endsWith('.glb')) {
    const { issues } = await validator.validateBytes(new Uint8Array(bytes(file)));
    entry.issues = { errors: issues.numErrors, warnings: issues.numWarnings, messages: issues.messages };
  }
  report[file] = entry;
}
process.stdout.write(JSON.stringify(report));
