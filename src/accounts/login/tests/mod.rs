//! Logins against a scripted double of the server's endpoints. No test sleeps: the clock is virtual.

mod device;
mod leave;
mod polling;
mod prove;
mod renew;
mod support;
mod who;
