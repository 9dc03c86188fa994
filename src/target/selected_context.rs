//! The context that a verb about logins is about.

use std::sync::Arc;

use crate::accounts::{Accounts, AccountsError, BUILT_IN, Context, LoginPlace, Snapshot, is_embedded};
use crate::env::{Environment, Variable};
use crate::secrets::SecretValue;

/// Why a context can't be used as it was named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// What is stored can't be read.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// It does not exist.
    #[error("there is no context {name}")]
    Unknown {
        /// The name that was asked for.
        name: String,
    },
    /// It is the embedded org.
    #[error("the context {name} is the org embedded in this program; it has no login")]
    Embedded {
        /// Its name.
        name: String,
    },
    /// `LOBU_API_URL`, to which the existing CLI would go, is elsewhere.
    #[error("LOBU_API_URL is set, and is no origin of the context {context}, which is for {server}")]
    ApiUrlElsewhere {
        /// The context.
        context: String,
        /// Its server.
        server: String,
    },
    /// The environment has a token, and only what is stored says what for.
    #[error(transparent)]
    TokenWithoutTarget(super::TargetError),
}

/// A context by its name, with what is stored.
pub struct SelectedContext {
    /// The files of contexts and logins.
    pub accounts: Accounts,
    /// What they say.
    pub snapshot: Snapshot,
    /// The name, of which nothing is known yet.
    pub name: String,
    /// Whether this run names the context, and not only what is stored: then the environment's token is for it.
    is_for_this_run: bool,
}

impl SelectedContext {
    /// Reads what is stored, and chooses the name: `-c`, `LOBU_CONTEXT`, the current one, else the one that always exists.
    pub fn read(environment: &Environment, flag: Option<&str>) -> Result<Self, ContextError> {
        let accounts = Accounts::of(environment).ok_or(AccountsError::NoHome)?;
        let snapshot = accounts.read()?;
        let named = flag.or_else(|| environment.text(Variable::Context));
        let name = named.or(snapshot.current.as_deref()).unwrap_or(BUILT_IN).trim().to_owned();
        Ok(Self { accounts, snapshot, name, is_for_this_run: named.is_some() })
    }

    /// The context.
    pub fn context(&self) -> Result<&Context, ContextError> {
        context_named(&self.snapshot, &self.name)
    }

    /// The context, for a verb that asks its server: `LOBU_API_URL`, if it is set, must be one of its origins.
    pub fn context_to_ask(&self, environment: &Environment) -> Result<&Context, ContextError> {
        let context = self.context()?;
        check_api_url(environment, context)?;
        Ok(context)
    }

    /// Where the login of the context is; none if there is no login.
    pub fn login(&self) -> Option<LoginPlace> {
        self.snapshot.login(&self.name)
    }

    /// The token of the environment, which is only for a context that this run names.
    pub fn environment_token<'a>(
        &self,
        environment: &'a Environment,
        context: &Context,
    ) -> Result<Option<&'a Arc<SecretValue>>, ContextError> {
        match environment.token() {
            Some(_) if !self.is_for_this_run => {
                let server = context.server_name();
                Err(ContextError::TokenWithoutTarget(super::TargetError::TokenWithoutTarget { server }))
            }
            token => Ok(token),
        }
    }
}

/// A stored context by its name.
pub fn context_named<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a Context, ContextError> {
    snapshot.contexts.get(name).ok_or_else(|| {
        let name = name.to_owned();
        if is_embedded(&name) { ContextError::Embedded { name } } else { ContextError::Unknown { name } }
    })
}

/// Refuses a `LOBU_API_URL` that is no origin of the context.
pub fn check_api_url(environment: &Environment, context: &Context) -> Result<(), ContextError> {
    let Some(text) = environment.text(Variable::ApiUrl) else { return Ok(()) };
    if url::Url::parse(text).is_ok_and(|url| context.owns(&url)) {
        return Ok(());
    }
    Err(ContextError::ApiUrlElsewhere { context: context.name.clone(), server: context.server_name() })
}
