use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::error::CommandError;
use crate::http::{ClientError, Endpoint};
use crate::model::OrgSlug;
use crate::org::http::HttpOrg;
use crate::render::document::{Document, Line, Style};
use crate::secrets::SecretValue;
use crate::server::{self, Database, Embedded, EmbeddedOptions, ExposedOrgs, RequestCounter, Store};
use crate::target::{ResolvedTarget, Server};

use super::{Session, credentials};

/// The origin that agents of the embedded org get in their memory MCP entry: that of `lobu dev`.
const LOCAL_ORIGIN: &str = "http://localhost:8787";

/// An org that can be asked, and the server inside this process where it is the embedded one.
pub(super) struct Connection {
    pub(super) org: HttpOrg,
    embedded: Option<(Store, Embedded)>,
}

impl Connection {
    /// Ends a connection that wrote: the embedded server stops, and its database file is whole.
    pub(super) async fn close_after_writing(self) -> Result<(), CommandError> {
        let Some((store, embedded)) = self.embedded else { return Ok(()) };
        embedded.shutdown().await;
        blocking(move || {
            store.settle();
            Ok(())
        })
        .await
    }
}

/// Says where a command goes, as the first line on stderr (T1).
pub(super) fn announce(session: &Session, target: &ResolvedTarget) {
    let mut line = Line::new()
        .plain("context ")
        .foreign(Style::Bold, &target.context)
        .plain(", server ")
        .foreign(Style::Bold, &target.server_name())
        .plain(", org ")
        .foreign(Style::Bold, target.org.as_str());
    if let Server::Local { database } = &target.server {
        line = line.plain(" (an embedded org in which no agent runs, in ");
        line = line.foreign(Style::Plain, &database.display().to_string()).plain(")");
    }
    if let Some(pin) = &target.overridden_pin {
        line = line.plain("; the project is pinned to ").foreign(Style::Attention, pin.as_str());
    }
    session.ui.status(&Document::from(line.prose(2)));
}

/// Connects for reading. The embedded org is left as it is: where it does not exist yet, an empty one in memory stands in
/// for it, and no file is made (O1).
pub(super) async fn for_reading(
    session: &Session,
    target: &ResolvedTarget,
    parallelism: usize,
) -> Result<Connection, CommandError> {
    match &target.server {
        Server::Remote { origin } => {
            let token = credentials::token(session, target).await?;
            remote(session, target, token, Endpoint::Origin(origin.clone()), parallelism)
        }
        Server::Local { database } => {
            let (database, org) = (database.clone(), target.org.clone());
            let store = blocking(move || existing_or_empty(&database, &org)).await?;
            local(target, store, parallelism).await
        }
    }
}

/// Connects for writing; makes the embedded org if it does not exist yet. None where the reading connection serves.
pub(super) async fn for_writing(
    target: &ResolvedTarget,
    parallelism: usize,
) -> Result<Option<Connection>, CommandError> {
    let Server::Local { database } = &target.server else { return Ok(None) };
    let (database, org) = (database.clone(), target.org.clone());
    let store = blocking(move || {
        let store = Store::open(&Database::File(database))?;
        store.ensure_org(org.as_str(), org.as_str())?;
        Ok(store)
    });
    local(target, store.await?, parallelism).await.map(Some)
}

fn existing_or_empty(database: &Path, org: &OrgSlug) -> Result<Store, server::StoreError> {
    if Store::exists(database) {
        let store = Store::open(&Database::File(database.to_owned()))?;
        if store.org_exists(org.as_str())? {
            return Ok(store);
        }
    }
    let store = Store::open(&Database::Memory)?;
    store.ensure_org(org.as_str(), org.as_str())?;
    Ok(store)
}

async fn local(target: &ResolvedTarget, store: Store, parallelism: usize) -> Result<Connection, CommandError> {
    let options = EmbeddedOptions {
        orgs: ExposedOrgs::Only(BTreeSet::from([target.org.as_str().to_owned()])),
        origin: LOCAL_ORIGIN.to_owned(),
        counter: RequestCounter::default(),
    };
    let embedded = Embedded::start(store.clone(), options);
    let embedded = embedded.await?;
    let endpoint = match embedded.endpoint() {
        server::Endpoint::Unix(path) => Endpoint::Socket(path.clone()),
        server::Endpoint::Tcp(address) => Endpoint::Origin(url::Url::parse(&format!("http://{address}"))?),
    };
    let token = Arc::new(SecretValue::new(embedded.token().expose()));
    let builder = HttpOrg::builder(endpoint, target.org.clone()).token(Some(token)).parallelism(parallelism);
    let org = builder.build()?;
    Ok(Connection { org, embedded: Some((store, embedded)) })
}

fn remote(
    session: &Session,
    target: &ResolvedTarget,
    token: Option<Arc<SecretValue>>,
    endpoint: Endpoint,
    parallelism: usize,
) -> Result<Connection, CommandError> {
    let builder = HttpOrg::builder(endpoint, target.org.clone())
        .token(token)
        .network(session.environment.network())
        .parallelism(parallelism);
    let org = builder.build().map_err(|error| {
        let is_about_token = error == ClientError::Token;
        let failure = CommandError::from(error);
        match (&target.login, is_about_token) {
            (_, false) => failure,
            (None, true) => failure.hint("Set LOBU_API_TOKEN anew."),
            (Some(stored), true) => failure.hint(credentials::log_in(&stored.context)),
        }
    })?;
    Ok(Connection { org, embedded: None })
}

/// Runs work on the store beside the runtime: SQLite blocks.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, server::StoreError> + Send + 'static,
) -> Result<T, CommandError> {
    Ok(tokio::task::spawn_blocking(work).await??)
}
