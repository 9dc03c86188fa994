//! The way from a request to an operation on the store: who asks is authenticated, then a read or a transaction runs.

use std::sync::Arc;

use axum::http::Method;

use super::{
    call::Call,
    options::{ExposedOrgs, ServerOptions},
};
use crate::server::{
    access::{AccessPolicy, Permission, account, authenticate, missing_permission},
    compare::Comparison,
    condition::Condition,
    counter::RequestCounter,
    error::StoreError,
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    store::Store,
};
pub(super) type Outcome = Result<Answer, Refusal>;

/// What all requests of a server share.
pub(super) struct Server {
    pub(super) store: Store,
    orgs: ExposedOrgs,
    pub(super) origin: String,
    session: Option<[u8; 32]>,
    pub(super) counter: RequestCounter,
}

/// Runs something on a thread that may block, a few at a time.
pub(super) async fn blocking<T: Send + 'static>(
    server: &Arc<Server>,
    operation: impl FnOnce(&Server) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let _permit = server.store.0.permits.acquire().await.map_err(|_| ended_early())?;
    let server = server.clone();
    tokio::task::spawn_blocking(move || operation(&server)).await.map_err(|_| ended_early())?
}

impl Server {
    pub(super) fn new(store: Store, options: ServerOptions) -> Self {
        Self {
            store,
            orgs: options.orgs,
            origin: options.origin.trim_end_matches('/').to_owned(),
            session: options.session.map(|token| token.hash()),
            counter: options.counter,
        }
    }

    /// Authenticates who asks, before anything of the body is read; a refusal is the whole answer, so it counts as a request.
    pub(super) fn check(&self, call: &Call, permission: Permission, is_read: bool) -> Result<(), Refusal> {
        self.read_with(call, permission, |_| Ok(())).inspect_err(|_| self.counter.count(is_read))
    }

    /// Runs a read.
    pub(super) fn read<T>(
        &self,
        call: &Call,
        permission: Permission,
        operation: impl FnOnce(&RequestContext<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.counter.count(true);
        self.read_with(call, permission, operation)
    }

    /// Tells whose a token is, and the orgs in which it works.
    pub(super) fn read_account(&self, call: &Call) -> Outcome {
        self.counter.count(true);
        self.store.0.pool.read(|connection| account(connection, &self.policy(), bearer(call)))
    }

    /// Runs a comparison: a read that is recorded where something differs.
    pub(super) fn compare(&self, call: &Call, comparison: Result<Comparison, Refusal>) -> Outcome {
        let (comparison, answer) = self.read(call, Permission::Change, |context| {
            let comparison = comparison?;
            let answer = comparison.look(context)?;
            Ok((comparison, answer))
        })?;
        match answer {
            Some(answer) => Ok(answer),
            None => self.store.0.pool.write(|write| {
                let (org, actor) = authenticate(write.connection(), &self.policy(), &call.org, bearer(call))?;
                comparison.record(&RequestContext::writing(write, &self.store.0.vault, org, actor, Condition::None))
            }),
        }
    }

    /// Runs something that reads. A refusal for what only those may ask who may change leaves an audit row, as that of a change
    /// does.
    fn read_with<T>(
        &self,
        call: &Call,
        permission: Permission,
        operation: impl FnOnce(&RequestContext<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let outcome = self.store.0.pool.read(|connection| {
            let (org, actor) = authenticate(connection, &self.policy(), &call.org, bearer(call))?;
            match missing_permission(&actor, permission) {
                None => operation(&RequestContext::reading(connection, &self.store.0.vault, org, actor)).map(Ok),
                Some(lacking) => Ok::<_, Refusal>(Err(lacking)),
            }
        })?;
        outcome.or_else(|(action, refusal)| {
            if matches!(permission, Permission::Secrets | Permission::Change) {
                self.audit_refusal(call, action)?;
            }
            Err(refusal)
        })
    }

    /// Writes the audit row of a refused read, which has no transaction for it.
    fn audit_refusal(&self, call: &Call, action: &str) -> Result<(), Refusal> {
        self.store.0.pool.write(|write| {
            let (org, actor) = authenticate(write.connection(), &self.policy(), &call.org, bearer(call))?;
            let context = RequestContext::writing(write, &self.store.0.vault, org, actor, Condition::None);
            Ok(context.audit(action, &format!("{} {}", call.method, call.path), None)?)
        })
    }

    /// Runs a change in one transaction. A refusal for want of a role or scope leaves an audit row.
    pub(super) fn change(&self, call: &Call, operation: impl FnOnce(&RequestContext<'_>) -> Outcome) -> Outcome {
        self.change_with(call, Permission::Change, operation)
    }

    /// The same, with what the change needs.
    pub(super) fn change_with(
        &self,
        call: &Call,
        permission: Permission,
        operation: impl FnOnce(&RequestContext<'_>) -> Outcome,
    ) -> Outcome {
        self.counter.count(false);
        self.store.0.pool.write(|write| {
            let (org, actor) = authenticate(write.connection(), &self.policy(), &call.org, bearer(call))?;
            let lacking = missing_permission(&actor, permission);
            let context = RequestContext::writing(write, &self.store.0.vault, org, actor, call.condition)
                .for_project(call.project.clone());
            match lacking {
                None => operation(&context).map(Ok),
                // Not an error of the transaction: the audit row is to be committed.
                Some((action, refusal)) => {
                    context.audit(action, &format!("{} {}", call.method, call.path), None)?;
                    Ok(Err(refusal))
                }
            }
        })?
    }

    /// Gives the organizations that are shown.
    pub(super) fn orgs(&self) -> &ExposedOrgs {
        &self.orgs
    }

    fn policy(&self) -> AccessPolicy<'_> {
        AccessPolicy { origin: &self.origin, session: self.session, exposed: &self.orgs }
    }
}

pub(super) fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn bearer(call: &Call) -> Option<&str> {
    call.bearer.as_ref().map(|bearer| bearer.as_str())
}

pub(super) fn ended_early() -> Refusal {
    Refusal::Store(StoreError::Corrupt { what: "a request ended early" })
}
