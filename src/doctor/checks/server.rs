use crate::doctor::finding::{failure, note, ok, sentence, skipped, warning};
use crate::doctor::{Check, Finding};
use crate::org::http::{Answered, Inspection};
use crate::org::{Cause, PlatformsProbe, RequestError, SecretsProbe, generation_of};
use crate::target::TargetAdvice;

/// A certificate that ends sooner is warned of.
const FEW_DAYS: i64 = 14;
/// A slower server is noted, in milliseconds.
const SLOW: u128 = 1_000;
/// Clocks that are farther apart are warned of, in seconds: tokens and retries count on them.
const FAR_APART: i64 = 300;

const DAY: i64 = 86_400;

/// What is known of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its origin.
    pub server: String,
    /// Whether that is this machine.
    pub is_loopback: bool,
    /// The layers below the API.
    pub inspection: Inspection,
    /// What the secrets routes said; none where they were not asked, for want of a token or an answer.
    pub secrets: Option<Result<SecretsProbe, RequestError>>,
    /// What the platforms route said.
    pub platforms: Option<Result<PlatformsProbe, RequestError>>,
    /// Whether a route that does not exist answers 200.
    pub unknown_routes: Option<Result<bool, RequestError>>,
}

/// The checks of the way to the server and of what it is. A layer that fails leaves out what stands on it.
pub fn server_checks(facts: &ServerFacts) -> Vec<Finding> {
    let Inspection { proxy, addresses, connection, answer } = &facts.inspection;
    let mut findings = vec![proxy_check(proxy.as_deref())];
    match (proxy, addresses) {
        (Some(_), _) => findings.extend(behind_proxy()),
        (None, addresses) => {
            findings.extend(addresses.as_ref().map(names));
            findings.extend(connection.as_ref().map(|found| tcp(found, &facts.server)));
        }
    }
    let Some(answer) = answer else { return findings };
    findings.push(tls(answer, facts));
    match answer {
        Ok(answered) => findings.extend(of_answer(facts, answered)),
        // The TLS check has said it.
        Err(error) if is_tls(facts, error) => {}
        Err(error) => findings.push(
            failure(Check::ServerHttp, format!("{error}."))
                .how("Check the URL and the network, or ask the server's operator."),
        ),
    }
    findings
}

fn proxy_check(proxy: Option<&str>) -> Finding {
    match proxy {
        Some(proxy) => ok(Check::ServerProxy, format!("Requests go through the proxy {proxy}.")),
        None => ok(Check::ServerProxy, "No proxy is used."),
    }
}

fn behind_proxy() -> [Finding; 2] {
    let why = "the proxy connects, not this machine";
    [skipped(Check::ServerDns, why), skipped(Check::ServerTcp, why)]
}

fn names(found: &Result<usize, String>) -> Finding {
    match found {
        Ok(1) => ok(Check::ServerDns, "The host has 1 address."),
        Ok(count) => ok(Check::ServerDns, format!("The host has {count} addresses.")),
        Err(why) => failure(Check::ServerDns, format!("The host cannot be found: {why}."))
            .how("Check the host in the URL, and the network."),
    }
}

fn tcp(found: &Result<(), String>, server: &str) -> Finding {
    match found {
        Ok(()) => ok(Check::ServerTcp, "Connected."),
        Err(why) => failure(Check::ServerTcp, format!("{server} cannot be reached: {why}."))
            .how_command("Check the URL, and that the server is running. To run one on this machine:", "lobu dev"),
    }
}

/// Whether an error is of the secure connection. Where a plain one stood a moment ago, one that never came to stand is too.
fn is_tls(facts: &ServerFacts, error: &RequestError) -> bool {
    let stood = facts.inspection.connection == Some(Ok(())) && facts.server.starts_with("https:");
    match error.cause() {
        Some(Cause::Certificate | Cause::Tls) => true,
        Some(Cause::NoConnection) => stood,
        _ => false,
    }
}

fn tls(answer: &Result<Answered, RequestError>, facts: &ServerFacts) -> Finding {
    let server = facts.server.as_str();
    match answer {
        Err(error) if is_tls(facts, error) => {
            let how = if error.cause() == Some(Cause::Certificate) {
                "If the certificate is from your own authority, set its PEM file with --ca-file or SSL_CERT_FILE."
            } else {
                "Check the URL: the port may be one of plain http, or of another service."
            };
            failure(Check::ServerTls, format!("{error}.")).why("No token is sent over such a connection.").how(how)
        }
        _ if server.starts_with("https:") => match answer {
            Ok(_) => ok(Check::ServerTls, "The connection is secure and the certificate is trusted."),
            Err(_) => skipped(Check::ServerTls, "there was no answer"),
        },
        _ if facts.is_loopback => ok(Check::ServerTls, "Plain http, which does not leave this machine."),
        _ => warning(Check::ServerTls, "Plain http to another machine.")
            .why("Anyone on the network path can read the token; secret values are not sent.")
            .how("Use the server's https address."),
    }
}

fn of_answer(facts: &ServerFacts, answered: &Answered) -> Vec<Finding> {
    let mut findings = vec![certificate(answered.certificate_days)];
    findings.push(ok(Check::ServerHttp, format!("It answers by {}.", answered.version)));
    findings.push(generation(answered));
    findings.push(round_trip(&answered.round_trips));
    findings.push(clock(answered.clock_ahead));
    findings.extend(facts.platforms.as_ref().map(platforms));
    findings.extend(facts.secrets.as_ref().map(secrets));
    findings.extend(facts.unknown_routes.as_ref().map(unknown_routes));
    findings
}

fn certificate(days: Option<i64>) -> Finding {
    match days {
        None => skipped(Check::ServerCertificate, "there is none, or it does not say"),
        Some(days) if days < FEW_DAYS => {
            warning(Check::ServerCertificate, format!("The server's certificate expires in {days} days."))
                .why("After that, no request can reach the server.")
                .how("Ask the server's operator to renew it.")
        }
        Some(days) => ok(Check::ServerCertificate, format!("The server's certificate expires in {days} days.")),
    }
}

fn generation(answered: &Answered) -> Finding {
    let how = "Check that the URL is that of a Lobu server.";
    let health = match &answered.health {
        Ok(health) => health,
        Err(error) => return failure(Check::ServerGeneration, format!("{error}.")).how(how),
    };
    let version = health.version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
    match generation_of(health) {
        Some(generation) => {
            let features = match health.features.as_slice() {
                [] => String::new(),
                features => format!(", with {}", features.join(", ")),
            };
            let word = generation.word();
            ok(Check::ServerGeneration, format!("It is a Lobu server of generation {word}{version}{features}."))
        }
        None => {
            failure(Check::ServerGeneration, format!("It is not a Lobu server: it calls itself {}.", health.service))
                .how(how)
        }
    }
}

fn round_trip(shortest_first: &[u128]) -> Finding {
    match shortest_first.get(shortest_first.len() / 2) {
        None => skipped(Check::ServerRoundTrip, "there were no more answers"),
        Some(median) if *median > SLOW => {
            note(Check::ServerRoundTrip, format!("The median response time is {median} ms."))
                .why("A plan makes a request for each agent and will be slow.")
        }
        Some(median) => ok(Check::ServerRoundTrip, format!("The median response time is {median} ms.")),
    }
}

fn clock(ahead: Option<i64>) -> Finding {
    match ahead {
        None => skipped(Check::ServerClock, "the server does not send its time"),
        Some(ahead) if ahead.abs() > FAR_APART => {
            let side = if ahead > 0 { "ahead of" } else { "behind" };
            let by = match ahead.abs() {
                seconds if seconds > 2 * DAY => format!("{} days", seconds / DAY),
                seconds => format!("{seconds} s"),
            };
            warning(Check::ServerClock, format!("The server's clock is {by} {side} this machine's."))
                .why("Tokens expire by one clock and are refreshed by the other.")
                .how("Synchronize this machine's clock.")
        }
        Some(ahead) => ok(Check::ServerClock, format!("The clocks are {} s apart.", ahead.abs())),
    }
}

fn platforms(probe: &Result<PlatformsProbe, RequestError>) -> Finding {
    match probe {
        Ok(PlatformsProbe::Kept) => ok(Check::ServerPlatforms, "It has the platforms routes that apply uses."),
        Ok(PlatformsProbe::Elsewhere { what }) => failure(
            Check::ServerPlatforms,
            format!("It does not have the platforms routes that apply uses: the route answered {what}."),
        )
        .why("The server is newer than this version of lobu supports; apply stops.")
        .how("Use a newer version of lobu."),
        Err(_) => skipped(Check::ServerPlatforms, "the org could not be asked"),
    }
}

fn secrets(probe: &Result<SecretsProbe, RequestError>) -> Finding {
    match probe {
        Ok(SecretsProbe::Present(_)) => {
            ok(Check::ServerSecretsApi, "The org has the secrets API: apply sends references.")
        }
        Ok(SecretsProbe::Missing) => note(Check::ServerSecretsApi, "The server has no secrets API.")
            .why("An apply sends platform values, after asking; secrets cannot be pushed."),
        Ok(SecretsProbe::Unknown { what }) => {
            warning(Check::ServerSecretsApi, format!("Cannot tell whether there is a secrets API: {what}."))
                .why("An apply that uses a secret stops before it sends anything.")
                .how("Check the URL, and any proxy between this machine and the server.")
        }
        Err(_) => skipped(Check::ServerSecretsApi, "the org could not be asked"),
    }
}

fn unknown_routes(found: &Result<bool, RequestError>) -> Finding {
    match found {
        Ok(true) => note(Check::ServerUnknownRoutes, "A route that does not exist answers 200 with a status object.")
            .why("Existing servers do this; lobu checks the shape of every answer, but other clients may be misled."),
        Ok(false) => ok(Check::ServerUnknownRoutes, "A route that does not exist answers 404."),
        Err(_) => skipped(Check::ServerUnknownRoutes, "the org could not be asked"),
    }
}

/// What is known of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetFacts {
    /// It is known.
    At {
        /// The context's name.
        context: String,
        /// The server's origin, or `embedded`.
        server: String,
        /// The org's slug.
        org: String,
    },
    /// Nothing names a server, or nothing an org.
    NotNamed {
        /// The message of a command that needs one.
        message: String,
        /// What it advises.
        advice: Option<TargetAdvice>,
    },
    /// Environment and project name different orgs.
    OrgsDiffer {
        /// The message of a command that refuses it.
        message: String,
        /// What it advises.
        advice: Option<TargetAdvice>,
    },
    /// Something else stands in the way.
    Refused {
        /// The message of a command that refuses it.
        message: String,
        /// What it advises.
        advice: Option<TargetAdvice>,
    },
    /// lobu.toml cannot be read, and may set another org.
    Unknown,
}

pub fn target_checks(facts: &TargetFacts) -> Vec<Finding> {
    let why = "No command can run until this is fixed.";
    match facts {
        TargetFacts::At { context, server, org } => {
            vec![ok(Check::ServerTarget, format!("Context {context}, server {server}, org {org}."))]
        }
        TargetFacts::NotNamed { message, advice } => {
            vec![note(Check::ServerTarget, sentence(message)).advised(advice.clone())]
        }
        TargetFacts::OrgsDiffer { message, advice } => {
            vec![failure(Check::OrgPin, sentence(message)).why(why).advised(advice.clone())]
        }
        TargetFacts::Refused { message, advice } => {
            vec![failure(Check::ServerTarget, sentence(message)).why(why).advised(advice.clone())]
        }
        TargetFacts::Unknown => Vec::new(),
    }
}
