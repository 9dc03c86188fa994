use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::env::{Environment, Variable};
use crate::model::OrgSlug;
use crate::secrets::SecretValue;

use super::address::any_path;
use super::{ServerAddress, TargetError};

/// The flags of every verb that talks to a server.
#[derive(Debug, Clone, Default)]
pub struct TargetFlags {
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
    /// `LOBU_ORG`.
    Variable,
    /// `LOBU_MEMORY_ORG`.
    OldVariable,
    /// The path of the server's URL.
    Url,
    /// Nothing named one: `dev` on the embedded org.
    Default,
}

/// Where a verb goes: context, server and org, which the first line on stderr names (T1).
#[derive(Clone)]
pub struct ResolvedTarget {
    /// The name of the context: `local`; `url` for `--url`; `environment` for `LOBU_SERVER_URL`.
    pub context: String,
    /// The server.
    pub server: Server,
    /// The org.
    pub org: OrgSlug,
    /// Where the org's name comes from.
    pub org_source: OrgSource,
    /// The project's pin, where `--org` went over another one.
    pub overridden_pin: Option<OrgSlug>,
    /// The token for that server, if there is one; `LOBU_API_TOKEN` is never for the embedded org (T2).
    pub token: Option<Arc<SecretValue>>,
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

/// The contexts that always exist (T4).
const LOCAL: [&str; 2] = ["local", "embedded"];

/// Where a server was named.
struct Named {
    context: &'static str,
    source_name: &'static str,
    address: ServerAddress,
}

/// Resolves server, org and token from flags, environment and the project's pin (T1, T2).
///
/// On a terminal the embedded org is what is used when nothing names a server.
pub fn resolve(
    flags: &TargetFlags,
    environment: &Environment,
    pin: Option<&OrgSlug>,
    on_terminal: bool,
) -> Result<ResolvedTarget, TargetError> {
    match named_server(flags, environment)? {
        Some(named) => remote(flags, environment, pin, named),
        None if is_local(flags, environment) || on_terminal => local(flags, environment, pin),
        None => Err(TargetError::NoTarget),
    }
}

/// The server that flags or environment name, none if they name `local` or nothing.
fn named_server(flags: &TargetFlags, environment: &Environment) -> Result<Option<Named>, TargetError> {
    match (&flags.url, &flags.context) {
        (Some(_), Some(_)) => Err(TargetError::TwoServers),
        (Some(url), None) => {
            let address = ServerAddress::parse(url, "--url")?;
            Ok(Some(Named { context: "url", source_name: "--url", address }))
        }
        (None, Some(context)) => only_local(context, "-c").map(|()| None),
        (None, None) => match environment.text(Variable::Context) {
            Some(context) => only_local(context, Variable::Context.name()).map(|()| None),
            None => server_of_environment(environment),
        },
    }
}

fn only_local(context: &str, source_name: &'static str) -> Result<(), TargetError> {
    if LOCAL.contains(&context) {
        Ok(())
    } else {
        Err(TargetError::UnknownContext { source_name, name: context.to_owned() })
    }
}

fn is_local(flags: &TargetFlags, environment: &Environment) -> bool {
    flags.context.is_some() || environment.text(Variable::Context).is_some()
}

fn server_of_environment(environment: &Environment) -> Result<Option<Named>, TargetError> {
    let read = |variable: Variable| {
        let text = environment.text(variable)?;
        Some(match variable {
            Variable::MemoryUrl => memory_address(text),
            _ => ServerAddress::parse(text, variable.name()),
        })
    };
    let named = |variable: Variable, address| Named { context: "environment", source_name: variable.name(), address };
    let server = read(Variable::ServerUrl).transpose()?;
    let memory = read(Variable::MemoryUrl).transpose()?;
    match (server, memory) {
        (Some(server), Some(memory)) => {
            let orgs_differ = matches!((&server.org, &memory.org), (Some(one), Some(other)) if !same(one, other));
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

fn local(flags: &TargetFlags, environment: &Environment, pin: Option<&OrgSlug>) -> Result<ResolvedTarget, TargetError> {
    let configured = flags.database.as_deref().or_else(|| environment.path(Variable::LocalDatabase));
    let database = match configured {
        Some(path) => path.to_owned(),
        None => environment.data_directory().ok_or(TargetError::NoHome)?.join(Path::new("lobu/local.db")),
    };
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
    })
}

fn remote(
    flags: &TargetFlags,
    environment: &Environment,
    pin: Option<&OrgSlug>,
    named: Named,
) -> Result<ResolvedTarget, TargetError> {
    if flags.database.is_some() {
        return Err(TargetError::DatabaseOfServer);
    }
    named.address.check_scheme(named.source_name, flags.allow_insecure_http)?;
    check_api_url(environment, &named.address.origin)?;
    let (org, org_source) = remote_org(flags, environment, pin, &named)?;
    Ok(ResolvedTarget {
        context: named.context.to_owned(),
        server: Server::Remote { origin: named.address.origin },
        overridden_pin: overridden(pin, &org),
        org,
        org_source,
        token: environment.token().cloned(),
    })
}

fn check_api_url(environment: &Environment, origin: &Url) -> Result<(), TargetError> {
    let Some(text) = environment.text(Variable::ApiUrl) else { return Ok(()) };
    let api = any_path(text, Variable::ApiUrl.name())?;
    if api == *origin {
        return Ok(());
    }
    let shown = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    Err(TargetError::ApiUrlElsewhere { api: shown(&api), origin: shown(origin) })
}

/// Chooses the org: the flag, the pin, the environment, the URL; those that were not chosen must not say otherwise (T1).
fn remote_org(
    flags: &TargetFlags,
    environment: &Environment,
    pin: Option<&OrgSlug>,
    named: &Named,
) -> Result<(OrgSlug, OrgSource), TargetError> {
    let url = named.address.org.as_ref().map(|org| (org.clone(), OrgSource::Url));
    if let Some(org) = flag_org(flags)? {
        let chosen = (org, OrgSource::Flag);
        // An URL on the same command line must agree; one of the environment is simply overruled.
        return match url.filter(|_| named.source_name == "--url") {
            Some(url) => agree(chosen, &url, named.source_name),
            None => Ok(chosen),
        };
    }
    let pin = pin.map(|pin| (pin.clone(), OrgSource::Pin));
    let variable = org_of_environment(environment)?;
    let given: Vec<_> = pin.into_iter().chain(variable).chain(url).collect();
    let Some((chosen, others)) = given.split_first() else { return Err(TargetError::NoOrg) };
    others.iter().try_fold(chosen.clone(), |chosen, other| agree(chosen, other, named.source_name))
}

fn agree(
    chosen: (OrgSlug, OrgSource),
    other: &(OrgSlug, OrgSource),
    url_name: &'static str,
) -> Result<(OrgSlug, OrgSource), TargetError> {
    if same(&chosen.0, &other.0) {
        return Ok(chosen);
    }
    let name = |source: OrgSource| match source {
        OrgSource::Flag => "--org",
        OrgSource::Pin => "lobu.toml",
        OrgSource::Variable => Variable::Org.name(),
        OrgSource::OldVariable => Variable::MemoryOrg.name(),
        OrgSource::Url => url_name,
        OrgSource::Default => "the default",
    };
    Err(TargetError::OrgsDiffer {
        first_source: name(chosen.1),
        first: chosen.0.to_string(),
        second_source: name(other.1),
        second: other.0.to_string(),
    })
}

fn flag_org(flags: &TargetFlags) -> Result<Option<OrgSlug>, TargetError> {
    let bad = |_| TargetError::BadOrg { source_name: "--org" };
    flags.org.as_deref().map(|org| OrgSlug::parse(org.trim()).map_err(bad)).transpose()
}

fn org_of_environment(environment: &Environment) -> Result<Option<(OrgSlug, OrgSource)>, TargetError> {
    let read = |variable: Variable, source| {
        let bad = |_| TargetError::BadOrg { source_name: variable.name() };
        environment.text(variable).map(|org| OrgSlug::parse(org).map(|org| (org, source)).map_err(bad)).transpose()
    };
    let new = read(Variable::Org, OrgSource::Variable)?;
    let old = read(Variable::MemoryOrg, OrgSource::OldVariable)?;
    match (&new, &old) {
        (Some((one, _)), Some((other, _))) if !same(one, other) => {
            let (first, second) = (Variable::Org.name(), Variable::MemoryOrg.name());
            Err(TargetError::VariablesDiffer { first, second })
        }
        _ => Ok(new.or(old)),
    }
}

fn overridden(pin: Option<&OrgSlug>, org: &OrgSlug) -> Option<OrgSlug> {
    pin.filter(|pin| !same(pin, org)).cloned()
}

/// Whether two slugs name one org: the rule for slugs ignores case (org-api 5.6).
fn same(one: &OrgSlug, other: &OrgSlug) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
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
        match resolve(&flags, &Environment::from_pairs(variables), pin.as_ref(), terminal) {
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
        let error = resolve(&flags, &environment, Some(&pin), false).err().unwrap();
        insta::assert_snapshot!(error, @"lobu.toml names the org `beta` and LOBU_ORG `acme`; make them the same, or say which with --org");
    }
}
