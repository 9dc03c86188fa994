//! Logins against a scripted double of the server's endpoints. No test sleeps: the clock is virtual.

mod device;
mod logout;
mod polling;
mod prove;
mod refresh;
mod support;
mod who;
