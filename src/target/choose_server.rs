//! Which server a run goes to.

use url::Url;

use crate::accounts::{Context, Snapshot, is_embedded};
use crate::env::{Environment, Variable};
use crate::model::OrgSlug;

use super::project_target::find;
use super::{Known, ProjectTarget, ServerAddress, TargetError, TargetFlags};

/// What was chosen.
pub(super) enum ServerChoice {
    /// The org embedded in this program.
    Embedded,
    /// A server.
    Named(Box<NamedServer>),
}

/// A server, and where it was named.
pub(super) struct NamedServer {
    /// What stands for a context where there is none.
    pub(super) name: &'static str,
    pub(super) source_name: &'static str,
    pub(super) address: ServerAddress,
    /// The stored context that it is of; for `--url` and a target one that owns it.
    pub(super) context: Option<Context>,
    /// The org of the project's target.
    pub(super) target_org: Option<OrgSlug>,
    /// Whether a flag or the environment named it, and not only what is stored: then the environment's token is for it.
    pub(super) is_for_this_run: bool,
}

impl NamedServer {
    fn at(name: &'static str, source_name: &'static str, address: ServerAddress) -> Self {
        Self { name, source_name, address, context: None, target_org: None, is_for_this_run: true }
    }

    /// A server that flags or environment name by its URL; a stored context that owns it may have a login for it.
    fn owned(self, known: Known<'_>) -> Self {
        let context = owner(known, &self.address.origin);
        Self { context, ..self }
    }
}

/// Chooses the server: `-t`, `--url` or `-c`, one of them, but for `-t` beside `-c local`; else `LOBU_CONTEXT`, `LOBU_SERVER_URL`, the current context; on a
/// terminal `local`.
pub(super) fn choose_server(
    flags: &TargetFlags,
    environment: &Environment,
    known: Known<'_>,
) -> Result<ServerChoice, TargetError> {
    let named = |named: NamedServer| Ok(ServerChoice::Named(Box::new(named)));
    match (&flags.target, &flags.url, &flags.context) {
        (Some(target), None, None) => of_target(target, environment, known).and_then(named),
        // The project as it is in a target, on this machine.
        (Some(target), None, Some(context)) if names_embedded(context, known) => {
            find(target, known.pins)?;
            Ok(ServerChoice::Embedded)
        }
        (None, Some(url), None) => {
            named(NamedServer::at("url", "--url", ServerAddress::parse(url, "--url")?).owned(known))
        }
        (None, None, Some(context)) => of_context(context, "-c", known, true),
        (None, None, None) => match environment.text(Variable::Context) {
            Some(context) => of_context(context, Variable::Context.name(), known, true),
            None => match server_of_environment(environment)? {
                Some(found) => named(found.owned(known)),
                None => of_current(known),
            },
        },
        _ => Err(TargetError::TwoServers),
    }
}

/// The current context; on a terminal, where there is none, the embedded org.
fn of_current(known: Known<'_>) -> Result<ServerChoice, TargetError> {
    match known.accounts.and_then(|accounts| accounts.current.as_deref()) {
        Some(current) => of_context(current, "the current context", known, false),
        None if known.on_terminal => Ok(ServerChoice::Embedded),
        None => Err(TargetError::NoTarget),
    }
}

/// Whether a name is that of the embedded org, and of no stored context.
fn names_embedded(name: &str, known: Known<'_>) -> bool {
    let name = name.trim();
    is_embedded(name) && known.accounts.is_none_or(|accounts| !accounts.contexts.contains_key(name))
}

/// A context by its name: a stored one, else the embedded org, whose names a stored one may have.
fn of_context(
    name: &str,
    source_name: &'static str,
    known: Known<'_>,
    is_for_this_run: bool,
) -> Result<ServerChoice, TargetError> {
    let name = name.trim();
    let Some(context) = known.accounts.and_then(|accounts| accounts.contexts.get(name)) else {
        return if is_embedded(name) {
            Ok(ServerChoice::Embedded)
        } else {
            Err(TargetError::UnknownContext { source_name, name: name.to_owned() })
        };
    };
    let address = ServerAddress { origin: context.server.clone(), org: None };
    let named =
        NamedServer { context: Some(context.clone()), is_for_this_run, ..NamedServer::at("", source_name, address) };
    Ok(ServerChoice::Named(Box::new(named)))
}

/// A target of the project. It pins and does not authorize: a stored context must own its server, or the environment must
/// name the same one.
fn of_target(name: &str, environment: &Environment, known: Known<'_>) -> Result<NamedServer, TargetError> {
    let ProjectTarget { url, org, .. } = find(name, known.pins)?;
    let url = url.as_deref().ok_or_else(|| TargetError::TargetWithoutUrl { name: name.to_owned() })?;
    let source_name = "the target in lobu.toml";
    let address = ServerAddress::parse(url, source_name)?;
    let named = NamedServer { target_org: org.clone(), ..NamedServer::at("target", source_name, address) }.owned(known);
    let environment = server_of_environment(environment)?;
    let is_named = environment.as_ref().is_some_and(|other| other.address.origin == named.address.origin);
    if named.context.is_some() || is_named {
        // A project's target names a server for no token of the environment.
        return Ok(NamedServer { is_for_this_run: is_named, ..named });
    }
    let other = environment.map_or_else(
        || "no stored context is for it".to_owned(),
        |other| format!("{} names {}", other.source_name, other.address.shown()),
    );
    Err(TargetError::TargetNotOwned { name: name.to_owned(), server: named.address.shown(), other })
}

/// The stored context that owns an origin, one with a login first: the current one if it does, else the first by name.
fn owner(known: Known<'_>, origin: &Url) -> Option<Context> {
    let accounts: &Snapshot = known.accounts?;
    let current = accounts.current.as_ref().and_then(|current| accounts.contexts.get(current));
    let owners = || current.into_iter().chain(accounts.contexts.values()).filter(|context| context.owns(origin));
    let logged_in = owners().find(|context| accounts.has_login(&context.name));
    logged_in.or_else(|| owners().next()).cloned()
}

fn server_of_environment(environment: &Environment) -> Result<Option<NamedServer>, TargetError> {
    let read = |variable: Variable| {
        let text = environment.text(variable)?;
        Some(match variable {
            Variable::MemoryUrl => memory_address(text),
            _ => ServerAddress::parse(text, variable.name()),
        })
    };
    let named = |variable: Variable, address| NamedServer::at("environment", variable.name(), address);
    let server = read(Variable::ServerUrl).transpose()?;
    let memory = read(Variable::MemoryUrl).transpose()?;
    match (server, memory) {
        (Some(server), Some(memory)) => {
            let orgs_differ = matches!((&server.org, &memory.org), (Some(one), Some(other)) if !one.is_same_org(other));
            if server.origin != memory.origin || orgs_differ {
                let (first, second) = (Variable::ServerUrl.name(), Variable::MemoryUrl.name());
                return Err(TargetError::VariablesDiffer { first, second });
            }
            let org = server.org.or(memory.org);
            Ok(Some(named(Variable::ServerUrl, ServerAddress { origin: server.origin, org })))
        }
        (Some(server), None) => Ok(Some(named(Variable::ServerUrl, server))),
        (None, Some(memory)) => Ok(Some(named(Variable::MemoryUrl, memory))),
        (None, None) => Ok(None),
    }
}

/// Reads `LOBU_MEMORY_URL`, an address of the MCP endpoint: anything behind `/mcp/{org}`, and a query, are cut off.
fn memory_address(text: &str) -> Result<ServerAddress, TargetError> {
    let name = Variable::MemoryUrl.name();
    let Ok(mut url) = Url::parse(text) else { return ServerAddress::parse(text, name) };
    url.set_query(None);
    url.set_fragment(None);
    let below_mcp = url.path().strip_prefix("/mcp/").map(|rest| rest.split('/').next().unwrap_or_default().to_owned());
    if let Some(org) = below_mcp {
        url.set_path(&format!("/mcp/{org}"));
    }
    ServerAddress::parse(url.as_str(), name)
}
