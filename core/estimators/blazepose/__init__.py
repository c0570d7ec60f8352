"""BlazePose and inverse kinematics: the estimator that needs no licensed file."""
