use crate::doctor::finding::{failure, note, ok, sentence, skipped, warning};
use crate::doctor::{Check, Finding};
use crate::org::http::{Answered, Inspection};
use crate::org::{Cause, PlatformsProbe, RequestError, SecretsProbe, generation_of};

/// A certificate that ends sooner is warned of.
const FEW_DAYS: i64 = 14;
/// A slower server is noted, in milliseconds.
const SLOW: u128 = 1_000;
/// Clocks that are farther apart are warned of, in seconds: tokens and retries count on them.
const FAR_APART: i64 = 300;

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
                .how("Check the URL and the network; if it stays so, the server's operator can say more."),
        ),
    }
    findings
}

fn proxy_check(proxy: Option<&str>) -> Finding {
    match proxy {
        Some(proxy) => ok(Check::ServerProxy, format!("Requests go through the proxy {proxy}.")),
        None => ok(Check::ServerProxy, "Requests go straight, without a proxy."),
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
        Err(why) => failure(Check::ServerDns, format!("The host can't be found: {why}."))
            .how("Check the host in the URL, and that this machine is on the network."),
    }
}

fn tcp(found: &Result<(), String>, server: &str) -> Finding {
    match found {
        Ok(()) => ok(Check::ServerTcp, "A connection stands."),
        Err(why) => failure(Check::ServerTcp, format!("{server} can't be reached: {why}."))
            .how("Check the URL and that the server runs; `lobu dev` serves the embedded org."),
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
                "If the authority is your own, name its PEM file with --ca-file, or in SSL_CERT_FILE."
            } else {
                "Check the URL: what listens there may speak plain http, or something else."
            };
            failure(Check::ServerTls, format!("{error}.")).why("No token is sent before this is right.").how(how)
        }
        _ if server.starts_with("https:") => match answer {
            Ok(_) => ok(Check::ServerTls, "The connection is secure, and the certificate's chain is trusted."),
            Err(_) => skipped(Check::ServerTls, "no answer came"),
        },
        _ if facts.is_loopback => ok(Check::ServerTls, "Plain http, which does not leave this machine."),
        _ => warning(Check::ServerTls, "Plain http to another machine.")
            .why("Everybody on the way can read the token; secret values are not sent like this.")
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
            warning(Check::ServerCertificate, format!("The server's certificate is good for {days} days only."))
                .why("After that no request reaches the server.")
                .how("Tell the server's operator.")
        }
        Some(days) => ok(Check::ServerCertificate, format!("The server's certificate is good for {days} days.")),
    }
}

fn generation(answered: &Answered) -> Finding {
    let how = "Check the URL: it must be that of a Lobu server.";
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
        None => failure(Check::ServerGeneration, format!("It is no Lobu server: it calls itself {}.", health.service))
            .how(how),
    }
}

fn round_trip(shortest_first: &[u128]) -> Finding {
    match shortest_first.get(shortest_first.len() / 2) {
        None => skipped(Check::ServerRoundTrip, "no further answer came"),
        Some(median) if *median > SLOW => {
            note(Check::ServerRoundTrip, format!("An answer takes {median} ms, as the median of three."))
                .why("A plan makes a request for each agent, and will be slow.")
        }
        Some(median) => ok(Check::ServerRoundTrip, format!("An answer takes {median} ms, as the median of three.")),
    }
}

fn clock(ahead: Option<i64>) -> Finding {
    match ahead {
        None => skipped(Check::ServerClock, "the server does not tell its time"),
        Some(ahead) if ahead.abs() > FAR_APART => {
            let side = if ahead > 0 { "ahead of" } else { "behind" };
            let by = ahead.abs();
            warning(Check::ServerClock, format!("The server's clock is {by} s {side} this machine's."))
                .why("Tokens expire by one clock and are refreshed by the other.")
                .how("Set this machine's clock by a time server.")
        }
        Some(ahead) => ok(Check::ServerClock, format!("The clocks are {} s apart.", ahead.abs())),
    }
}

fn platforms(probe: &Result<PlatformsProbe, RequestError>) -> Finding {
    match probe {
        Ok(PlatformsProbe::Kept) => ok(Check::ServerPlatforms, "It keeps platforms where apply writes them."),
        Ok(PlatformsProbe::Elsewhere { what }) => {
            failure(Check::ServerPlatforms, format!("It keeps platforms elsewhere: the route answered {what}."))
                .why("This is a newer generation of the server than this version can manage; apply stops.")
                .how("Use a newer version of lobu.")
        }
        Err(_) => skipped(Check::ServerPlatforms, "the org could not be asked"),
    }
}

fn secrets(probe: &Result<SecretsProbe, RequestError>) -> Finding {
    match probe {
        Ok(SecretsProbe::Present(_)) => {
            ok(Check::ServerSecretsApi, "The org has the secrets API: apply sends references.")
        }
        Ok(SecretsProbe::Missing) => note(Check::ServerSecretsApi, "The server has no secrets API.").why(
            "Apply sends the values of platforms themselves, after asking; `lobu secrets push` has nowhere to go.",
        ),
        Ok(SecretsProbe::Unknown { what }) => {
            warning(Check::ServerSecretsApi, format!("It can't be told whether there is a secrets API: {what}."))
                .why("An apply that uses a secret stops before it sends anything.")
                .how("Check the URL, and what stands between this machine and the server.")
        }
        Err(_) => skipped(Check::ServerSecretsApi, "the org could not be asked"),
    }
}

fn unknown_routes(found: &Result<bool, RequestError>) -> Finding {
    match found {
        Ok(true) => note(Check::ServerUnknownRoutes, "A route that does not exist answers 200 with a status object.")
            .why("Existing servers do so; lobu looks at the shape of every answer, other clients may be misled."),
        Ok(false) => ok(Check::ServerUnknownRoutes, "A route that does not exist is told as that."),
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
    },
    /// Environment and project name different orgs.
    OrgsDiffer {
        /// The message of a command that refuses it.
        message: String,
    },
    /// Something else stands in the way.
    Refused {
        /// The message of a command that refuses it.
        message: String,
    },
    /// lobu.toml can't be read, and may name another org.
    Unknown,
}

pub fn target_checks(facts: &TargetFacts) -> Vec<Finding> {
    let why = "No command goes anywhere before this is clear.";
    match facts {
        TargetFacts::At { context, server, org } => {
            vec![ok(Check::ServerTarget, format!("Context {context}, server {server}, org {org}."))]
        }
        TargetFacts::NotNamed { message } => vec![note(Check::ServerTarget, sentence(message))],
        TargetFacts::OrgsDiffer { message } => vec![failure(Check::OrgPin, sentence(message)).why(why)],
        TargetFacts::Refused { message } => vec![failure(Check::ServerTarget, sentence(message)).why(why)],
        TargetFacts::Unknown => Vec::new(),
    }
}
