//! What is asked of the server. Reads only, and nothing waits long.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::timeout;

use crate::doctor::checks::{
    CredentialFacts, EmbeddedFacts, LoginFacts, MemoryFacts, OrgFacts, OrgNames, ServerFacts, memory_checks,
    org_checks, server_checks,
};
use crate::doctor::{Check, Finding, Group};
use crate::env::Environment;
use crate::http::{ClientError, Endpoint, PARALLELISM, is_loopback};
use crate::model::{AgentId, OrgSlug};
use crate::org::http::{HttpOrg, Inspection};
use crate::org::{OrgRead as _, PlatformsProbe, RequestError, SecretsProbe, SecretsRead as _, generation_of};
use crate::schema::kinds::AGENT;
use crate::schema::{Generation, SecretsMode};
use crate::target::{ConnectionError, ResolvedTarget, Server, connect_for_reading, remember_secrets_api};

/// How long a request may take: whoever looks for a fault is not kept waiting as an apply is.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long all that is asked of the org may take, with what is tried again after a failure.
const ORG_DEADLINE: Duration = Duration::from_secs(30);

/// An agent that need not exist: the platforms route is asked about it.
const PROBE: &str = "lobu-doctor";

/// What was found, beside the facts that other groups need.
pub(in crate::doctor) struct Answers {
    pub(in crate::doctor) findings: Vec<Finding>,
    pub(in crate::doctor) names: OrgNames,
    pub(in crate::doctor) accepted: Option<bool>,
    pub(in crate::doctor) is_unsendable: bool,
    /// Why groups were left out.
    pub(in crate::doctor) skips: Vec<(Group, String)>,
}

impl Answers {
    /// Nothing was asked, for this reason.
    pub(in crate::doctor) fn nothing(why: &str) -> Self {
        let groups = [Group::Server, Group::Org, Group::Secrets, Group::Memory];
        let skips = groups.map(|group| (group, why.to_owned())).to_vec();
        Self { findings: Vec::new(), names: OrgNames::Unknown, accepted: None, is_unsendable: false, skips }
    }

    fn skip(&mut self, group: Group, why: &str) {
        self.skips.retain(|(skipped, _)| *skipped != group);
        self.skips.push((group, why.to_owned()));
    }
}

/// Asks the target, or only its memory endpoint.
pub(in crate::doctor) async fn ask(
    environment: &Environment,
    target: &ResolvedTarget,
    pin: Option<&OrgSlug>,
    embedded: Option<&EmbeddedFacts>,
    memory_only: bool,
    hide: impl Fn(&HttpOrg),
) -> Result<Answers, ConnectionError> {
    match &target.server {
        Server::Local { .. } => local(environment, target, pin, embedded, memory_only).await,
        Server::Remote { origin } => {
            let builder = HttpOrg::builder(Endpoint::Origin(origin.clone()), target.org.clone());
            let builder = builder.token(target.token.clone()).network(environment.network()).deadline(DEADLINE);
            match builder.build().inspect(hide) {
                Ok(org) if memory_only => Ok(only_memory(&org, target).await),
                Ok(org) => Ok(remote(environment, target, pin, &org).await),
                Err(error) => Ok(unbuilt(&error, target, pin)),
            }
        }
    }
}

fn org_facts(target: &ResolvedTarget, pin: Option<&OrgSlug>) -> OrgFacts {
    OrgFacts {
        org: target.org.to_string(),
        pin: pin.map(ToString::to_string),
        agents: None,
        is_to_be_made: false,
        may_list_secrets: None,
        is_own_server: matches!(target.server, Server::Local { .. }),
    }
}

/// No client could be made: what stands in the way is a finding of the layer that it belongs to.
fn unbuilt(error: &ClientError, target: &ResolvedTarget, pin: Option<&OrgSlug>) -> Answers {
    let mut asked = Answers::nothing("no request could be made");
    asked.findings.extend(org_checks(&org_facts(target, pin)));
    match error {
        ClientError::Token => asked.is_unsendable = true,
        ClientError::Proxy { .. } => asked.findings.push(Finding::failed(Check::ServerProxy, &error.to_string())),
        ClientError::Tls { .. } | ClientError::Authorities => {
            asked.findings.push(Finding::failed(Check::ServerTls, &error.to_string()));
        }
        ClientError::Origin => asked.findings.push(Finding::failed(Check::ServerTarget, &error.to_string())),
    }
    asked
}

async fn remote(environment: &Environment, target: &ResolvedTarget, pin: Option<&OrgSlug>, org: &HttpOrg) -> Answers {
    let inspection = org.inspect(&environment.network()).await;
    let mut asked = Answers::nothing("the server does not answer like a Lobu server");
    let mut facts = ServerFacts {
        server: target.server_name(),
        is_loopback: is_this_machine(target),
        inspection,
        secrets: None,
        platforms: None,
        unknown_routes: None,
    };
    let mut of_org = org_facts(target, pin);
    of_org.is_own_server = generation(&facts.inspection) == Some(Generation::Ours);
    let why_not = match (is_known(&facts.inspection), &target.token) {
        (false, _) => Some("the server does not answer like a Lobu server"),
        (true, None) => Some("there is no token"),
        (true, Some(_)) => None,
    };
    if let Some(why) = why_not {
        asked = Answers::nothing(why);
        asked.skip(Group::Server, if is_known(&facts.inspection) { why } else { "an earlier check failed" });
    } else {
        let about = about_org(org, &mut facts, &mut of_org, &mut asked);
        if timeout(ORG_DEADLINE, about).await.is_err() {
            let what = format!("the org does not answer within {} s", ORG_DEADLINE.as_secs());
            asked.findings.push(Finding::failed(Check::OrgExists, &what));
            asked.skip(Group::Memory, "the org does not answer");
        }
        asked.findings.extend(secrets_api_gone(environment, target, &asked.names));
        if of_org.agents.is_some() && asked.accepted != Some(false) {
            asked.findings.extend(memory_checks(&memory(org, target).await));
        }
    }
    asked.findings.extend(server_checks(&facts));
    asked.findings.extend(org_checks(&of_org));
    asked
}

fn is_this_machine(target: &ResolvedTarget) -> bool {
    matches!(&target.server, Server::Remote { origin } if is_loopback(origin))
}

fn generation(inspection: &Inspection) -> Option<Generation> {
    let answered = inspection.answer.as_ref().and_then(|answer| answer.as_ref().ok());
    answered.and_then(|answered| answered.health.as_ref().ok()).and_then(generation_of)
}

fn is_known(inspection: &Inspection) -> bool {
    generation(inspection).is_some()
}

/// Asks about the org, side by side.
async fn about_org(org: &HttpOrg, facts: &mut ServerFacts, of_org: &mut OrgFacts, asked: &mut Answers) {
    let (agents, secrets, platforms, unknown_routes) =
        tokio::join!(org.records(AGENT), org.probe_secrets(), platforms(org), org.answers_unknown_routes());
    asked.accepted = accepted(agents.as_ref().map(drop));
    let why = match asked.accepted {
        Some(false) => "the token is refused",
        _ if agents.is_err() => "the org cannot be read",
        _ => "it was not asked, or did not say",
    };
    for group in [Group::Server, Group::Org, Group::Secrets, Group::Memory] {
        asked.skip(group, why);
    }
    if agents.is_ok() {
        asked.names = names(&secrets, false);
        of_org.may_list_secrets = may_list(org, &secrets).await;
        let takes_keys = matches!(platforms, Ok(PlatformsProbe::Kept))
            && org.health().await.is_ok_and(|health| generation_of(&health) == Some(Generation::Second));
        if takes_keys && asked.names == OrgNames::NoApi {
            asked.names = OrgNames::ProviderKeys;
        }
        if of_org.may_list_secrets.is_none() && asked.names.has_no_api() {
            asked.skip(
                Group::Org,
                "cannot tell: the server has no secrets API, and nothing else shows it without a change",
            );
        }
    }
    of_org.agents = Some(agents.map(|agents| agents.len()));
    (facts.secrets, facts.platforms, facts.unknown_routes) = (Some(secrets), Some(platforms), Some(unknown_routes));
}

/// An org that was seen with the secrets API and shows none now.
fn secrets_api_gone(environment: &Environment, target: &ResolvedTarget, names: &OrgNames) -> Option<Finding> {
    let Server::Remote { origin } = &target.server else { return None };
    if !names.has_no_api() {
        return None;
    }
    let directory = environment.state_directory();
    // In this mode what was remembered is only looked at.
    let error = remember_secrets_api(directory.as_deref(), origin, &target.org, SecretsMode::Values).err()?;
    Some(Finding::failed(Check::ServerSecretsApi, &error.to_string()))
}

async fn platforms(org: &HttpOrg) -> Result<PlatformsProbe, RequestError> {
    org.probe_platforms(&AgentId::from_server(PROBE)).await
}

/// Whether the server took the token: it looks an org up before it looks at a token.
fn accepted(answer: Result<(), &RequestError>) -> Option<bool> {
    match answer {
        Ok(()) | Err(RequestError::Refused { status: 403, .. }) => Some(true),
        Err(RequestError::Refused { status: 401, .. }) => Some(false),
        Err(_) => None,
    }
}

fn names(probe: &Result<SecretsProbe, RequestError>, is_embedded: bool) -> OrgNames {
    match probe {
        Ok(SecretsProbe::Present(Some(names))) => {
            OrgNames::These { names: names.iter().cloned().collect(), is_embedded }
        }
        Ok(SecretsProbe::Missing) => OrgNames::NoApi,
        Ok(SecretsProbe::Present(None) | SecretsProbe::Unknown { .. }) | Err(_) => OrgNames::Unknown,
    }
}

async fn may_list(org: &HttpOrg, probe: &Result<SecretsProbe, RequestError>) -> Option<bool> {
    let Ok(SecretsProbe::Present(_)) = probe else { return None };
    match org.list_secrets().await {
        Ok(_) => Some(true),
        Err(RequestError::Refused { status: 403, .. }) => Some(false),
        Err(_) => None,
    }
}

async fn memory(org: &HttpOrg, target: &ResolvedTarget) -> MemoryFacts {
    let address = format!("{}/mcp/{}", target.server_name(), target.org);
    // Only a server without tools is asked who it is: on our own that is as it should be.
    let endpoint = org.ask_memory().await;
    let has_no_tools = matches!(endpoint.tools, Some(Ok(0)));
    let is_own_server =
        has_no_tools && org.health().await.is_ok_and(|health| generation_of(&health) == Some(Generation::Ours));
    MemoryFacts { address, is_own_server, endpoint }
}

async fn only_memory(org: &HttpOrg, target: &ResolvedTarget) -> Answers {
    let mut asked = Answers::nothing("--memory-only was given");
    let facts = memory(org, target).await;
    asked.accepted = accepted(facts.endpoint.session.as_ref().copied());
    asked.findings.extend(memory_checks(&facts));
    asked.skip(Group::Memory, "no session was opened");
    asked
}

/// The embedded org: opened only where that changes nothing of it.
async fn local(
    environment: &Environment,
    target: &ResolvedTarget,
    pin: Option<&OrgSlug>,
    embedded: Option<&EmbeddedFacts>,
    memory_only: bool,
) -> Result<Answers, ConnectionError> {
    let mut asked = Answers::nothing("the org is embedded in lobu");
    asked.skip(Group::Memory, "the embedded org serves no memory endpoint");
    if memory_only {
        return Ok(asked);
    }
    let mut of_org = org_facts(target, pin);
    let (is_sound, has_org) =
        embedded.map_or((true, false), |facts| (facts.is_sound(), facts.has_org(target.org.as_str())));
    if !is_sound {
        for group in [Group::Org, Group::Secrets] {
            asked.skip(group, "its database must be repaired first");
        }
    } else if has_org {
        let connection = match connect_for_reading(environment, target, PARALLELISM).await {
            Ok(connection) => connection,
            Err(error) => {
                asked.findings.push(Finding::failed(Check::OrgExists, &error.to_string()));
                return Ok(asked);
            }
        };
        let agents = connection.org.records(AGENT).await;
        let probe = connection.org.probe_secrets().await;
        asked.names = names(&probe, true);
        of_org.may_list_secrets = may_list(&connection.org, &probe).await;
        of_org.agents = Some(agents.map(|agents| agents.len()));
    } else {
        asked.names = OrgNames::These { names: BTreeSet::new(), is_embedded: true };
        of_org.is_to_be_made = true;
    }
    asked.findings.extend(org_checks(&of_org));
    Ok(asked)
}

/// The facts of the token.
pub(in crate::doctor) fn credentials(
    environment: &Environment,
    target: &ResolvedTarget,
    login: Option<LoginFacts>,
    asked: &Answers,
) -> CredentialFacts {
    let is_local = matches!(target.server, Server::Local { .. });
    CredentialFacts {
        server: (!is_local).then(|| target.server_name()),
        source: source(environment, target),
        login,
        is_unused: is_local && environment.token().is_some(),
        is_unsendable: asked.is_unsendable,
        accepted: asked.accepted,
    }
}

/// Where the token comes from.
fn source(environment: &Environment, target: &ResolvedTarget) -> Option<String> {
    let login = target.login.as_ref().map(|stored| {
        let place = if stored.place.is_keyring() { ", in the system keyring," } else { "" };
        format!("The login of the context {}{place}", stored.context.name)
    });
    login.or_else(|| target.token.as_ref().and(environment.token()).map(|_| "LOBU_API_TOKEN".to_owned()))
}
