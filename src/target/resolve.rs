use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::env::{Environment, Variable};
use crate::model::OrgSlug;
use crate::secrets::SecretValue;

use super::address::{origin_at_any_path, shown};
use super::choose_org::{choose_org, flag_org, overridden};
use super::choose_server::{NamedServer, ServerChoice, choose_server};
use super::project_target::{ChosenTarget, find, is_protected};
use super::{
    DEFAULT_ORG, Known, OrgSource, ProjectPins, ResolvedTarget, Server, ServerAddress, StoredLogin, TargetError,
    TargetFlags, stored_accounts,
};

/// Resolves where a command goes, with the contexts and logins that are stored.
pub fn locate(
    flags: &TargetFlags,
    environment: &Environment,
    pins: &ProjectPins,
    on_terminal: bool,
) -> Result<ResolvedTarget, TargetError> {
    let accounts = stored_accounts(flags, environment)?;
    resolve(flags, environment, Known { accounts: accounts.as_ref(), pins, on_terminal })
}

/// Resolves server, org and token from flags, environment, stored contexts, and the project's pin and targets.
///
/// On a terminal the embedded org is what is used when nothing names a server.
pub fn resolve(
    flags: &TargetFlags,
    environment: &Environment,
    known: Known<'_>,
) -> Result<ResolvedTarget, TargetError> {
    match choose_server(flags, environment, known)? {
        ServerChoice::Embedded => local(flags, environment, known.pins),
        ServerChoice::Named(named) => remote(flags, environment, known, *named),
    }
}

/// The database of the embedded org: `--db`, else `LOBU_LOCAL_DB`, else below the user's data directory.
pub fn local_database(flag: Option<&Path>, environment: &Environment) -> Result<PathBuf, TargetError> {
    match flag.or_else(|| environment.path(Variable::LocalDatabase)) {
        Some(path) => Ok(path.to_owned()),
        None => Ok(environment.data_directory().ok_or(TargetError::NoHome)?.join("lobu/local.db")),
    }
}

fn local(flags: &TargetFlags, environment: &Environment, pins: &ProjectPins) -> Result<ResolvedTarget, TargetError> {
    let pin = pins.org.as_ref();
    let database = local_database(flags.database.as_deref(), environment)?;
    let project_target = flags.target.as_deref().map(|name| ChosenTarget::named(name, pins)).transpose()?;
    let target = flags.target.as_deref().map(|name| find(name, pins)).transpose()?;
    let org_of_target = target.and_then(|target| target.org.clone());
    let (org, org_source) = match (flag_org(flags)?, org_of_target, pin) {
        (Some(org), ..) => (org, OrgSource::Flag),
        (None, Some(org), _) => (org, OrgSource::Target),
        (None, None, Some(pin)) => (pin.clone(), OrgSource::Pin),
        (None, None, None) => match &pins.project {
            Some(project) => (project.org(), OrgSource::Directory),
            None => (OrgSlug::from_server(DEFAULT_ORG), OrgSource::Default),
        },
    };
    Ok(ResolvedTarget {
        context: "local".to_owned(),
        server: Server::Local { database },
        overridden_pin: overridden(pin, &org),
        org,
        org_source,
        token: None,
        login: None,
        allow_insecure_http: false,
        sends_secret_values: false,
        project: pins.project.clone(),
        project_target,
        // Nothing that is protected is embedded in this program.
        is_protected: false,
    })
}

fn remote(
    flags: &TargetFlags,
    environment: &Environment,
    known: Known<'_>,
    named: NamedServer,
) -> Result<ResolvedTarget, TargetError> {
    if flags.database.is_some() {
        return Err(TargetError::DatabaseOfServer);
    }
    named.address.check_scheme(named.source_name, flags.allow_insecure_http)?;
    check_api_url(environment, &named)?;
    let (org, org_source) = choose_org(flags, environment, known, &named)?;
    let (token, login) = authority(environment, known, &named)?;
    let ServerAddress { origin, .. } = named.address;
    let project_target = match &flags.target {
        Some(name) => Some(ChosenTarget::named(name, known.pins)?),
        None => ChosenTarget::matching(known.pins, &origin, &org),
    };
    let is_protected = is_protected(known.pins, &origin, &org);
    Ok(ResolvedTarget {
        is_protected,
        project_target,
        sends_secret_values: named.context.as_ref().is_some_and(|context| context.sends_secret_values),
        context: named.context.map_or_else(|| named.name.to_owned(), |context| context.name),
        server: Server::Remote { origin },
        overridden_pin: overridden(known.pins.org.as_ref(), &org),
        org,
        org_source,
        token,
        login,
        allow_insecure_http: flags.allow_insecure_http,
        project: None,
    })
}

/// The token of the environment, which needs a server that was named for this run; else the login of a context that owns the
/// server.
fn authority(
    environment: &Environment,
    known: Known<'_>,
    named: &NamedServer,
) -> Result<(Option<Arc<SecretValue>>, Option<StoredLogin>), TargetError> {
    if let Some(token) = environment.token() {
        if !named.is_for_this_run {
            return Err(TargetError::TokenWithoutTarget { server: named.address.shown() });
        }
        return Ok((Some(token.clone()), None));
    }
    let owner = match &named.context {
        Some(context) if context.owns(&named.address.origin) => Some(context),
        Some(context) => {
            let (context, server) = (context.name.clone(), named.address.shown());
            return Err(TargetError::NotOfContext { context, server });
        }
        None => None,
    };
    let login = owner.and_then(|context| {
        let place = known.accounts?.login(&context.name)?;
        Some(StoredLogin { context: context.clone(), place })
    });
    Ok((None, login))
}

/// `LOBU_API_URL`, if it is set, must be an origin of what is used.
fn check_api_url(environment: &Environment, named: &NamedServer) -> Result<(), TargetError> {
    let Some(text) = environment.text(Variable::ApiUrl) else { return Ok(()) };
    let api = origin_at_any_path(text, Variable::ApiUrl.name())?;
    let is_of_context = named.context.as_ref().is_some_and(|context| context.owns(&api));
    if api == named.address.origin || is_of_context {
        return Ok(());
    }
    Err(TargetError::ApiUrlElsewhere { api: shown(&api), origin: named.address.shown() })
}
