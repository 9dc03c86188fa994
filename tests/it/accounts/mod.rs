//! Contexts, logins and targets with the real binary: the right server and org, and no token to another one.

mod device;
mod double;
mod files;
#[cfg(target_os = "linux")]
mod keyring;
mod mistakes;
mod refresh;
mod story;
mod targets;
mod without_org;
