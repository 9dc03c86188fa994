use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::accounts::{Context, Login, Snapshot};
use crate::env::{Environment, Variable};
use crate::model::OrgSlug;
use crate::secrets::SecretValue;

use super::address::any_path;
use super::org::{choose_org, flag_org, overridden};
use super::server::{Chosen, Named, choose_server};
use super::{ServerAddress, TargetError};

/// The flags of every verb that talks to a server.
#[derive(Debug, Clone, Default)]
pub struct TargetFlags {
    /// `-t`.
    pub target: Option<String>,
    /// `--url`.
    pub url: Option<String>,
    /// `-c`.
    pub context: Option<String>,
    /// `--org`.
    pub org: Option<String>,
    /// `--db`.
    pub database: Option<PathBuf>,
    /// `--allow-insecure-http`.
    pub allow_insecure_http: bool,
}

/// A target of the project, as `[targets.NAME]` names it (T6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectTarget {
    /// Its name.
    pub name: String,
    /// The server, as written.
    pub url: Option<String>,
    /// The org.
    pub org: Option<OrgSlug>,
}

/// What is known besides flags and environment when a target is resolved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The stored contexts and logins.
    pub accounts: Option<&'a Snapshot>,
    /// The targets of the project.
    pub targets: &'a [ProjectTarget],
    /// The org that the project is pinned to.
    pub pin: Option<&'a OrgSlug>,
    /// Whether somebody is at a terminal.
    pub on_terminal: bool,
}

/// The server that a verb talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// The org embedded in this program (O1).
    Local {
        /// Its database.
        database: PathBuf,
    },
    /// A server.
    Remote {
        /// Scheme, host and port, with the path `/`.
        origin: Url,
    },
}

/// Where the org's name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgSource {
    /// `--org`.
    Flag,
    /// The project's pin.
    Pin,
    /// The target of the project that `-t` names.
    Target,
    /// `LOBU_ORG`.
    Variable,
    /// `LOBU_MEMORY_ORG`.
    OldVariable,
    /// The path of the server's URL.
    Url,
    /// The context.
    Context,
    /// Nothing named one: `dev` on the embedded org.
    Default,
}

/// A stored login whose token is used, as it was read; it may have to be refreshed first.
#[derive(Clone)]
pub struct StoredLogin {
    /// The context that it belongs to.
    pub context: Context,
    /// The login.
    pub login: Login,
}

/// Where a verb goes: context, server and org, which the first line on stderr names (T1).
#[derive(Clone)]
pub struct ResolvedTarget {
    /// The name of the context: a stored one's, or `local`; `url` for `--url`; `environment` for `LOBU_SERVER_URL`.
    pub context: String,
    /// The server.
    pub server: Server,
    /// The org.
    pub org: OrgSlug,
    /// Where the org's name comes from.
    pub org_source: OrgSource,
    /// The project's pin, where `--org` or `-t` went over another one.
    pub overridden_pin: Option<OrgSlug>,
    /// The token of `LOBU_API_TOKEN`, if that is used; it is never for the embedded org (T2).
    pub token: Option<Arc<SecretValue>>,
    /// The stored login that is used where there is no such token.
    pub login: Option<StoredLogin>,
    /// Whether plain http to other machines was allowed on the command line.
    pub allow_insecure_http: bool,
    /// Whether secret values may be sent to this server without being asked for again (V4).
    pub sends_secret_values: bool,
}

impl ResolvedTarget {
    /// The server, for people: its origin, or `embedded`.
    pub fn server_name(&self) -> String {
        match &self.server {
            Server::Local { .. } => "embedded".to_owned(),
            Server::Remote { origin } => origin.as_str().trim_end_matches('/').to_owned(),
        }
    }
}

/// Resolves server, org and token from flags, environment, stored contexts, and the project's pin and targets (T1, T2, T6).
///
/// On a terminal the embedded org is what is used when nothing names a server.
pub fn resolve(
    flags: &TargetFlags,
    environment: &Environment,
    known: Known<'_>,
) -> Result<ResolvedTarget, TargetError> {
    match choose_server(flags, environment, known)? {
        Chosen::Local => local(flags, environment, known.pin),
        Chosen::Named(named) => remote(flags, environment, known, *named),
    }
}

/// The database of the embedded org: `--db`, else `LOBU_LOCAL_DB`, else below the user's data directory (O1).
pub fn local_database(flag: Option<&Path>, environment: &Environment) -> Result<PathBuf, TargetError> {
    match flag.or_else(|| environment.path(Variable::LocalDatabase)) {
        Some(path) => Ok(path.to_owned()),
        None => Ok(environment.data_directory().ok_or(TargetError::NoHome)?.join("lobu/local.db")),
    }
}

fn local(flags: &TargetFlags, environment: &Environment, pin: Option<&OrgSlug>) -> Result<ResolvedTarget, TargetError> {
    let database = local_database(flags.database.as_deref(), environment)?;
    let (org, org_source) = match (flag_org(flags)?, pin) {
        (Some(org), _) => (org, OrgSource::Flag),
        (None, Some(pin)) => (pin.clone(), OrgSource::Pin),
        (None, None) => (OrgSlug::from_server("dev"), OrgSource::Default),
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
    })
}

fn remote(
    flags: &TargetFlags,
    environment: &Environment,
    known: Known<'_>,
    named: Named,
) -> Result<ResolvedTarget, TargetError> {
    if flags.database.is_some() {
        return Err(TargetError::DatabaseOfServer);
    }
    named.address.check_scheme(named.source_name, flags.allow_insecure_http)?;
    check_api_url(environment, &named)?;
    let (org, org_source) = choose_org(flags, environment, known, &named)?;
    let (token, login) = authority(environment, known, &named)?;
    let ServerAddress { origin, .. } = named.address;
    Ok(ResolvedTarget {
        sends_secret_values: named.context.as_ref().is_some_and(|context| context.sends_secret_values),
        context: named.context.map_or_else(|| named.name.to_owned(), |context| context.name),
        server: Server::Remote { origin },
        overridden_pin: overridden(known.pin, &org),
        org,
        org_source,
        token,
        login,
        allow_insecure_http: flags.allow_insecure_http,
    })
}

/// The token of the environment, which needs a server that was named for this run; else the login of a context that owns the
/// server (T2).
fn authority(
    environment: &Environment,
    known: Known<'_>,
    named: &Named,
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
        let login = known.accounts?.logins.get(&context.name)?;
        Some(StoredLogin { context: context.clone(), login: login.clone() })
    });
    Ok((None, login))
}

/// `LOBU_API_URL`, if it is set, must be an origin of what is used (T1).
fn check_api_url(environment: &Environment, named: &Named) -> Result<(), TargetError> {
    let Some(text) = environment.text(Variable::ApiUrl) else { return Ok(()) };
    let api = any_path(text, Variable::ApiUrl.name())?;
    let is_of_context = named.context.as_ref().is_some_and(|context| context.owns(&api));
    if api == named.address.origin || is_of_context {
        return Ok(());
    }
    let api = api.as_str().trim_end_matches('/').to_owned();
    Err(TargetError::ApiUrlElsewhere { api, origin: named.address.shown() })
}

#[cfg(test)]
mod tests {
    use super::super::TargetErrorKind;
    use super::*;

    /// Resolves a line such as `--url https://h.example LOBU_ORG=a pin=b tty` and shows what came out.
    fn shown(line: &str) -> String {
        let mut flags = TargetFlags::default();
        let mut variables = vec![("HOME".to_owned(), "/home/u".to_owned())];
        let (mut pin, mut terminal) = (None, false);
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            match word {
                "--url" => flags.url = words.next().map(str::to_owned),
                "-c" => flags.context = words.next().map(str::to_owned),
                "--org" => flags.org = words.next().map(str::to_owned),
                "--db" => flags.database = words.next().map(PathBuf::from),
                "--allow-insecure-http" => flags.allow_insecure_http = true,
                "tty" => terminal = true,
                _ => match word.split_once('=').unwrap() {
                    ("pin", org) => pin = Some(OrgSlug::parse(org).unwrap()),
                    ("HOME", "") => variables.clear(),
                    (name, value) => variables.push((name.to_owned(), value.to_owned())),
                },
            }
        }
        match resolve(
            &flags,
            &Environment::from_pairs(variables),
            Known { pin: pin.as_ref(), on_terminal: terminal, ..Known::default() },
        ) {
            Ok(target) => {
                let server = match &target.server {
                    Server::Local { database } => database.display().to_string(),
                    Server::Remote { .. } => target.server_name(),
                };
                let token = if target.token.is_some() { " token" } else { "" };
                let pin = target.overridden_pin.map(|pin| format!(" over {pin}")).unwrap_or_default();
                format!("{} {server} {} {:?}{token}{pin}", target.context, target.org, target.org_source)
            }
            Err(error) => {
                let code = if error.kind() == TargetErrorKind::Usage { 2 } else { 4 };
                format!("{code} {}", format!("{error:?}").split([' ', '{']).next().unwrap())
            }
        }
    }

    #[test]
    fn servers_are_chosen_in_order() {
        let table = [
            ("--url https://h.example --org a", "url https://h.example a Flag"),
            ("--url https://h.example -c local", "2 TwoServers"),
            ("--url https://h.example --org a LOBU_CONTEXT=local", "url https://h.example a Flag"),
            ("-c local", "local /home/u/.local/share/lobu/local.db dev Default"),
            ("-c embedded LOBU_SERVER_URL=https://h.example", "local /home/u/.local/share/lobu/local.db dev Default"),
            ("-c staging", "2 UnknownContext"),
            (
                "LOBU_CONTEXT=local LOBU_SERVER_URL=https://h.example",
                "local /home/u/.local/share/lobu/local.db dev Default",
            ),
            ("LOBU_CONTEXT=staging", "2 UnknownContext"),
            ("LOBU_SERVER_URL=https://h.example --org a", "environment https://h.example a Flag"),
            ("LOBU_MEMORY_URL=https://h.example/mcp --org a", "environment https://h.example a Flag"),
            ("LOBU_MEMORY_URL=https://h.example/mcp/b/x?y", "environment https://h.example b Url"),
            ("LOBU_MEMORY_URL=https://mcp.example/mcp/b/x/y", "environment https://mcp.example b Url"),
            ("LOBU_MEMORY_URL=https://mcp.example --org a", "environment https://mcp.example a Flag"),
            ("LOBU_MEMORY_URL=https://h.example/api --org a", "2 BadUrl"),
            (
                "LOBU_SERVER_URL=https://h.example LOBU_MEMORY_URL=https://h.example:443/mcp/b",
                "environment https://h.example b Url",
            ),
            ("LOBU_SERVER_URL=https://h.example LOBU_MEMORY_URL=https://i.example/mcp --org a", "2 VariablesDiffer"),
            ("", "2 NoTarget"),
            ("--org a LOBU_API_TOKEN=t", "2 NoTarget"),
            ("tty", "local /home/u/.local/share/lobu/local.db dev Default"),
            ("tty LOBU_SERVER_URL=https://h.example --org a", "environment https://h.example a Flag"),
        ];
        for (line, expected) in table {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn orgs_are_chosen_in_order_and_must_agree() {
        let table = [
            ("--org a pin=a LOBU_ORG=a", "url https://h.example a Flag"),
            ("--org a pin=b LOBU_ORG=c LOBU_MEMORY_ORG=d", "url https://h.example a Flag over b"),
            ("pin=b", "url https://h.example b Pin"),
            ("pin=b LOBU_ORG=b", "url https://h.example b Pin"),
            ("pin=b LOBU_ORG=B", "url https://h.example b Pin"),
            ("pin=b LOBU_ORG=c", "4 OrgsDiffer"),
            ("pin=b LOBU_MEMORY_ORG=c", "4 OrgsDiffer"),
            ("LOBU_ORG=c", "url https://h.example c Variable"),
            ("LOBU_MEMORY_ORG=c", "url https://h.example c OldVariable"),
            ("LOBU_ORG=c LOBU_MEMORY_ORG=d", "2 VariablesDiffer"),
            ("", "2 NoOrg"),
            ("--org -", "2 BadOrg"),
            ("LOBU_ORG=a/b", "2 BadOrg"),
        ];
        for (line, expected) in table {
            assert_eq!(shown(&format!("--url https://h.example {line}")), expected, "{line}");
        }
        let table = [
            ("", "url https://h.example o Url"),
            ("--org o", "url https://h.example o Flag"),
            ("--org a", "4 OrgsDiffer"),
            ("pin=b", "4 OrgsDiffer"),
            ("LOBU_ORG=b", "4 OrgsDiffer"),
            ("pin=o LOBU_ORG=o", "url https://h.example o Pin"),
        ];
        for (line, expected) in table {
            assert_eq!(shown(&format!("--url https://h.example/mcp/o {line}")), expected, "{line}");
        }
        let overruled = "LOBU_MEMORY_URL=https://h.example/mcp/o --org a";
        assert_eq!(shown(overruled), "environment https://h.example a Flag");
    }

    #[test]
    fn nothing_of_the_environment_counts_on_local() {
        let noise = "LOBU_ORG=x LOBU_API_TOKEN=t LOBU_API_URL=https://else.example LOBU_SERVER_URL=nonsense";
        let table = [
            ("-c local", "local /home/u/.local/share/lobu/local.db dev Default"),
            ("-c local pin=p", "local /home/u/.local/share/lobu/local.db p Pin"),
            ("-c local pin=p --org o", "local /home/u/.local/share/lobu/local.db o Flag over p"),
            ("-c local LOBU_LOCAL_DB=/a/b.db", "local /a/b.db dev Default"),
            ("-c local LOBU_LOCAL_DB=/a/b.db --db c.db", "local c.db dev Default"),
            ("-c local XDG_DATA_HOME=/data", "local /data/lobu/local.db dev Default"),
        ];
        for (line, expected) in table {
            assert_eq!(shown(&format!("{line} {noise}")), expected, "{line}");
        }
        assert_eq!(shown("-c local HOME="), "2 NoHome");
        assert_eq!(shown("-c local HOME= --db x.db"), "local x.db dev Default");
    }

    #[test]
    fn tokens_go_only_to_named_servers_over_safe_ways() {
        let table = [
            ("--url https://h.example --org a LOBU_API_TOKEN=t", "url https://h.example a Flag token"),
            (
                "LOBU_SERVER_URL=https://h.example --org a LOBU_API_TOKEN=t",
                "environment https://h.example a Flag token",
            ),
            ("tty LOBU_API_TOKEN=t", "local /home/u/.local/share/lobu/local.db dev Default"),
            ("--url http://h.example --org a", "2 InsecureHttp"),
            ("--url http://h.example --org a --allow-insecure-http", "url http://h.example a Flag"),
            ("--url http://localhost:8787 --org a", "url http://localhost:8787 a Flag"),
            ("--url https://h.example --org a LOBU_API_URL=https://h.example/api/v1", "url https://h.example a Flag"),
            ("--url https://h.example --org a LOBU_API_URL=https://app.h.example", "2 ApiUrlElsewhere"),
            ("--url https://h.example --org a LOBU_API_URL=nonsense", "2 BadUrl"),
            ("--url https://h.example --org a --db x.db", "2 DatabaseOfServer"),
        ];
        for (line, expected) in table {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn both_orgs_are_named_when_they_differ() {
        let environment = Environment::from_pairs([("LOBU_ORG", "acme")]);
        let flags = TargetFlags { url: Some("https://h.example".to_owned()), ..TargetFlags::default() };
        let pin = OrgSlug::parse("beta").unwrap();
        let error = resolve(&flags, &environment, Known { pin: Some(&pin), ..Known::default() }).err().unwrap();
        insta::assert_snapshot!(error, @"lobu.toml names the org `beta` and LOBU_ORG `acme`; make them the same, or say which with --org");
    }
}
