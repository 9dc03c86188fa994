//! What the tests share.

use std::io::Write;

pub(crate) mod clock;
pub(crate) mod converge;
pub(crate) mod dev;
pub(crate) mod embedded;
pub(crate) mod env;
pub(crate) mod existing_server;
pub(crate) mod failing_org;
pub(crate) mod generator;
pub(crate) mod listener;
pub(crate) mod memory_org;
pub(crate) mod project;
pub(crate) mod pulling;
pub(crate) mod schema;
pub(crate) mod showing;
pub(crate) mod site;
pub(crate) mod snapshots;
pub(crate) mod stored;
pub(crate) mod terminal;
pub(crate) mod tls;
pub(crate) mod wire;

/// A client that uses no proxy and follows no redirect, apart from the one that is tested.
pub(crate) fn http_client() -> reqwest::Client {
    lobu::http::install_cryptography();
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.build().expect("a client needs no configuration")
}

/// Says on stderr what a test could not do here.
pub(crate) fn note(text: &str) {
    // Nothing is lost when stderr is closed.
    drop(writeln!(std::io::stderr(), "{text}"));
}
