//! Contexts, logins and targets with the real binary: the right server and org, and no token to another one (T1–T6).

mod device;
mod double;
mod files;
mod mistakes;
mod refresh;
mod story;
mod targets;
