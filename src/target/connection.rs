//! From a target to an org that can be asked: a server, or the one embedded in this process.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::env::Environment;
use crate::http::{ClientError, Endpoint};
use crate::model::OrgSlug;
use crate::org::http::HttpOrg;
use crate::secrets::SecretValue;
use crate::server::{
    self, Database, Embedded, EmbeddedOptions, ExposedOrgs, RequestCounter, Store, StoreError, beside_runtime,
};

use super::local_projects::{OtherProjects, Remembered};
use super::{ConnectionError, LocalProject, ResolvedTarget, Server};

/// The origin that agents of the embedded org get in their memory MCP entry: that of `lobu dev`.
const LOCAL_ORIGIN: &str = "http://localhost:8787";

/// An org that can be asked, and the server inside this process where it is the embedded one.
pub struct Connection {
    /// The org.
    pub org: HttpOrg,
    /// What the database of the embedded org remembers of other projects.
    pub others: OtherProjects,
    embedded: Option<(Store, Embedded)>,
}

impl Connection {
    /// Has the database of the embedded org remember the project that is about to be applied to it.
    pub async fn remember_project(&self, target: &ResolvedTarget) -> Result<(), StoreError> {
        let (Some((store, _)), Some(project)) = (&self.embedded, &target.project) else { return Ok(()) };
        let (store, org) = (store.clone(), target.org.to_string());
        let LocalProject { path, agents } = project.clone();
        beside_runtime(move || store.remember_project(&org, &path.to_string_lossy(), &agents)).await
    }

    /// Ends a connection that wrote: the embedded server stops, and its database file is whole.
    pub async fn close_after_writing(self) -> Result<(), StoreError> {
        let Some((store, embedded)) = self.embedded else { return Ok(()) };
        embedded.shutdown().await;
        beside_runtime(move || {
            store.checkpoint();
            Ok(())
        })
        .await
    }
}

/// Connects for reading. The embedded org is left as it is: where it does not exist yet, an empty one in memory stands in
/// for it, and no file is made.
pub async fn connect_for_reading(
    environment: &Environment,
    target: &ResolvedTarget,
    parallelism: usize,
) -> Result<Connection, ConnectionError> {
    match &target.server {
        Server::Remote { origin } => {
            let token = target.access_token(environment).await?;
            remote(environment, target, token, Endpoint::Origin(origin.clone()), parallelism)
        }
        Server::Local { database } => {
            let (database, org) = (database.clone(), target.org.clone());
            let (store, remembered) = beside_runtime(move || existing_or_empty(&database, &org)).await?;
            let others = remembered.check(target)?;
            Ok(Connection { others, ..local(target, store, parallelism).await? })
        }
    }
}

/// Connects for writing; makes the embedded org if it does not exist yet. None where the reading connection serves.
pub async fn connect_for_writing(
    target: &ResolvedTarget,
    parallelism: usize,
) -> Result<Option<Connection>, ConnectionError> {
    let Server::Local { database } = &target.server else { return Ok(None) };
    let (database, org) = (database.clone(), target.org.clone());
    let store = beside_runtime(move || {
        let store = Store::open(&Database::File(database))?;
        store.ensure_org(org.as_str(), org.as_str())?;
        Ok(store)
    });
    local(target, store.await?, parallelism).await.map(Some)
}

fn existing_or_empty(database: &Path, org: &OrgSlug) -> Result<(Store, Remembered), StoreError> {
    let mut remembered = Remembered::default();
    if Store::exists(database) {
        let store = Store::open(&Database::File(database.to_owned()))?;
        remembered = Remembered::of(&store)?;
        if store.org_exists(org.as_str())? {
            return Ok((store, remembered));
        }
    }
    let store = Store::open(&Database::Memory)?;
    store.ensure_org(org.as_str(), org.as_str())?;
    Ok((store, remembered))
}

async fn local(target: &ResolvedTarget, store: Store, parallelism: usize) -> Result<Connection, ConnectionError> {
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
    Ok(Connection { org, others: OtherProjects::default(), embedded: Some((store, embedded)) })
}

fn remote(
    environment: &Environment,
    target: &ResolvedTarget,
    token: Option<Arc<SecretValue>>,
    endpoint: Endpoint,
    parallelism: usize,
) -> Result<Connection, ConnectionError> {
    let builder = HttpOrg::builder(endpoint, target.org.clone())
        .token(token)
        .network(environment.network())
        .parallelism(parallelism);
    let org = builder.build().map_err(|error| match error {
        ClientError::Token => {
            let context = target.login.as_ref().map(|stored| stored.context.name.clone());
            ConnectionError::UnsendableToken { error, context }
        }
        error => error.into(),
    })?;
    Ok(Connection { org, others: OtherProjects::default(), embedded: None })
}
