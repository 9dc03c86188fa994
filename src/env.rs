//! The process environment: every variable that this program reads, named once, and captured once.
//!
//! Nothing else touches `std::env`; tests build an [`Environment`] from a map. Nothing ever writes the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::SecretName;
use crate::secrets::SecretValue;

macro_rules! variables {
    ($($variant:ident = $name:literal, $purpose:literal;)*) => {
        /// A variable that this program reads. The reference page about the environment is generated from this table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Variable {
            $(#[doc = concat!("`", $name, "`: ", $purpose, ".")] $variant,)*
        }

        impl Variable {
            /// Every variable, in the order of the reference page.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The variable's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it does, one phrase without a full stop.
            pub const fn purpose(self) -> &'static str {
                match self { $(Self::$variant => $purpose,)* }
            }
        }
    };
}

variables! {
    Context = "LOBU_CONTEXT", "the context, if neither `--url` nor `-c` is given";
    ServerUrl = "LOBU_SERVER_URL", "the server, if neither a flag nor `LOBU_CONTEXT` sets one; ignored on `local`";
    MemoryUrl = "LOBU_MEMORY_URL", "the older name of `LOBU_SERVER_URL`; a path from `/mcp` on is cut off";
    Org = "LOBU_ORG", "the org, if neither `--org` nor the project sets one; ignored on `local`";
    MemoryOrg = "LOBU_MEMORY_ORG", "the older name of `LOBU_ORG`";
    ApiToken = "LOBU_API_TOKEN", "the token for a server that `--url` or the environment sets; never sent to `local`";
    ApiUrl = "LOBU_API_URL", "only checked: its origin must be that of the server in use; ignored on `local`";
    LocalDatabase = "LOBU_LOCAL_DB", "the database of the embedded org, if `--db` is not given";
    PlanKey = "LOBU_PLAN_KEY", "32 random bytes, as 64 hex digits or base64, that `plan` and `apply --expect` share if a plan writes plain-text secrets";
    Log = "LOBU_LOG", "the level of the log on stderr: `error`, `warn`, `info`, `debug` (requests) or `trace` (headers and shapes of bodies)";
    NoColor = "NO_COLOR", "any value turns off color";
    HttpProxyLower = "http_proxy", "the proxy for `http` servers, except on this machine";
    HttpProxy = "HTTP_PROXY", "the same, if `http_proxy` is not set";
    HttpsProxyLower = "https_proxy", "the proxy for `https` servers, except on this machine";
    HttpsProxy = "HTTPS_PROXY", "the same, if `https_proxy` is not set";
    AllProxyLower = "all_proxy", "the proxy for both, if there is no specific one";
    AllProxy = "ALL_PROXY", "the same, if `all_proxy` is not set";
    NoProxyLower = "no_proxy", "comma-separated hosts to reach without a proxy";
    NoProxy = "NO_PROXY", "the same, if `no_proxy` is not set";
    CertificateFile = "SSL_CERT_FILE", "a PEM file of trusted CA certificates that replaces the system's; read by the TLS library";
    CertificateDirectory = "SSL_CERT_DIR", "directories of trusted CA certificates that replace the system's; read by the TLS library";
    Home = "HOME", "the home directory, for data if the next three are not set";
    DataHome = "XDG_DATA_HOME", "the base directory of the embedded org's database (`lobu/local.db`)";
    StateHome = "XDG_STATE_HOME", "the base directory of state between runs (`lobu/`)";
    ConfigHome = "XDG_CONFIG_HOME", "the base directory of contexts and logins (`lobu/`)";
    Term = "TERM", "`dumb` turns off color and progress bars";
    Ci = "CI", "if set, text is not wrapped without a terminal";
    GithubActions = "GITHUB_ACTIONS", "`true` also writes errors and warnings as annotations";
    GithubWorkspace = "GITHUB_WORKSPACE", "the checkout, to which the paths of annotations are relative";
    GithubStepSummary = "GITHUB_STEP_SUMMARY", "the file to which the step summary is appended";
}

/// What the environment held when the program started.
///
/// Variables of [`Variable`] are kept as they are; of the others only those that a `$VAR` could name, as secret values.
#[derive(Default)]
pub struct Environment {
    variables: BTreeMap<Variable, OsString>,
    token: Option<Arc<SecretValue>>,
    plan_key: Option<SecretValue>,
    values: BTreeMap<SecretName, SecretValue>,
    authorities: Option<Arc<[u8]>>,
    limit: Option<TimeLimit>,
}

/// How servers are reached: the proxies that the environment names, and further authorities. A proxy's URL may hold a
/// password, so this has no `Debug`.
#[derive(Default, Clone, PartialEq, Eq)]
pub struct Network {
    /// The proxy for `http`.
    pub http: Option<String>,
    /// The proxy for `https`.
    pub https: Option<String>,
    /// The hosts that are reached without one.
    pub except: Option<String>,
    /// Authorities to trust besides the system's, in PEM form.
    pub authorities: Option<Arc<[u8]>>,
    /// How long the run may take.
    pub limit: Option<TimeLimit>,
}

/// How long a run may take, from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimit {
    /// In all.
    pub length: Duration,
    begun: Instant,
}

impl TimeLimit {
    /// Begins now.
    pub fn starting_now(length: Duration) -> Self {
        Self { length, begun: Instant::now() }
    }

    /// What is left of it.
    pub fn left(&self) -> Duration {
        self.length.saturating_sub(self.begun.elapsed())
    }
}

impl Environment {
    /// Captures the process environment.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_process() -> Self {
        Self::from_pairs(std::env::vars_os())
    }

    /// Makes an environment from pairs, for tests and for [`Environment::of_process`].
    pub fn from_pairs<N: Into<OsString>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut environment = Self::default();
        for (name, value) in pairs {
            environment.add(&name.into(), value.into());
        }
        environment
    }

    fn add(&mut self, name: &OsString, value: OsString) {
        let Some(name) = name.to_str() else { return };
        match Variable::ALL.iter().find(|variable| variable.name() == name) {
            Some(Variable::ApiToken) => {
                self.token = value.into_string().ok().map(|token| Arc::new(SecretValue::new(token.trim())));
            }
            Some(Variable::PlanKey) => {
                // What is no text is no key either, and is reported as that.
                let key = value.into_string().unwrap_or_else(|_| "?".to_owned());
                self.plan_key = Some(SecretValue::new(key.trim()));
            }
            Some(variable) => {
                self.variables.insert(*variable, value);
            }
            None => {
                if let (Ok(name), Ok(value)) = (SecretName::parse(name), value.into_string()) {
                    self.values.insert(name, SecretValue::new(value));
                }
            }
        }
    }

    /// A variable's text, trimmed; none when it is not set, blank, or not UTF-8. Never the token's.
    pub fn text(&self, variable: Variable) -> Option<&str> {
        let text = self.variables.get(&variable)?.to_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A variable's path; none when it is not set or empty.
    pub fn path(&self, variable: Variable) -> Option<&Path> {
        self.variables.get(&variable).filter(|path| !path.is_empty()).map(Path::new)
    }

    /// Whether a variable is set to anything but the empty text.
    pub fn is_set(&self, variable: Variable) -> bool {
        match variable {
            Variable::ApiToken => self.token().is_some(),
            Variable::PlanKey => self.plan_key().is_some(),
            _ => self.path(variable).is_some(),
        }
    }

    /// The token of `LOBU_API_TOKEN`, if it is not blank.
    pub fn token(&self) -> Option<&Arc<SecretValue>> {
        self.token.as_ref().filter(|token| !token.is_empty())
    }

    /// The text of `LOBU_PLAN_KEY`, if it is not blank.
    pub fn plan_key(&self) -> Option<&SecretValue> {
        self.plan_key.as_ref().filter(|key| !key.is_empty())
    }

    /// The value of a variable that a `$VAR` may name; which names may be asked for is decided by [`crate::secrets::Values`].
    pub fn value(&self, name: &SecretName) -> Option<&SecretValue> {
        self.values.get(name)
    }

    /// The same with authorities to trust besides the system's, in PEM form.
    #[must_use]
    pub fn with_authorities(self, pem: Vec<u8>) -> Self {
        Self { authorities: Some(pem.into()), ..self }
    }

    /// The same with a limit of how long the run may take.
    #[must_use]
    pub fn with_limit(self, limit: TimeLimit) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The network; lower-case names of proxies win, as they do elsewhere.
    pub fn network(&self) -> Network {
        let first =
            |variables: &[Variable]| variables.iter().find_map(|variable| self.text(*variable)).map(str::to_owned);
        let all = || first(&[Variable::AllProxyLower, Variable::AllProxy]);
        Network {
            authorities: self.authorities.clone(),
            limit: self.limit,
            http: first(&[Variable::HttpProxyLower, Variable::HttpProxy]).or_else(all),
            https: first(&[Variable::HttpsProxyLower, Variable::HttpsProxy]).or_else(all),
            except: first(&[Variable::NoProxyLower, Variable::NoProxy]),
        }
    }

    /// The user's data directory; none when neither `XDG_DATA_HOME` nor `HOME` says where.
    pub fn data_directory(&self) -> Option<PathBuf> {
        self.directory(Variable::DataHome, ".local/share")
    }

    /// The user's state directory; none when neither `XDG_STATE_HOME` nor `HOME` says where.
    pub fn state_directory(&self) -> Option<PathBuf> {
        self.directory(Variable::StateHome, ".local/state")
    }

    /// The user's configuration directory; none when neither `XDG_CONFIG_HOME` nor `HOME` says where.
    pub fn config_directory(&self) -> Option<PathBuf> {
        self.directory(Variable::ConfigHome, ".config")
    }

    // A relative path in an XDG variable is to be ignored, says the specification.
    fn directory(&self, variable: Variable, below_home: &str) -> Option<PathBuf> {
        let absolute = self.path(variable).filter(|path| path.is_absolute());
        absolute.map(Path::to_owned).or_else(|| Some(self.path(Variable::Home)?.join(below_home)))
    }
}

/// The fault that a test asked for with `LOBU_FAULT`, as [`crate::fault`] reads it.
#[cfg(all(feature = "fault-points", debug_assertions))]
#[expect(clippy::disallowed_methods, reason = "asked where no environment is at hand, in builds for tests only")]
pub(crate) fn fault() -> Option<String> {
    std::env::var("LOBU_FAULT").ok()
}

/// The names of the operating system and of the machine's architecture.
pub fn platform() -> (&'static str, &'static str) {
    (std::env::consts::OS, std::env::consts::ARCH)
}

/// The directory that the program was started in.
pub fn working_directory() -> io::Result<PathBuf> {
    std::env::current_dir()
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.variables.keys().map(|variable| variable.name()).collect();
        formatter.debug_struct("Environment").field("variables", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_variable_is_named_once() {
        let names: BTreeSet<&str> = Variable::ALL.iter().map(|variable| variable.name()).collect();
        assert_eq!(names.len(), Variable::ALL.len());
        assert!(Variable::ALL.iter().all(|variable| !variable.purpose().ends_with('.')));
    }

    #[test]
    fn blank_counts_as_unset() {
        let environment =
            Environment::from_pairs([("LOBU_ORG", "  "), ("LOBU_API_TOKEN", "\n"), ("LOBU_CONTEXT", " a ")]);
        assert_eq!(environment.text(Variable::Org), None);
        assert!(environment.token().is_none() && !environment.is_set(Variable::ApiToken));
        assert_eq!(environment.text(Variable::Context), Some("a"));
    }

    #[test]
    fn no_value_is_printed() {
        let pairs = [("LOBU_API_TOKEN", "SENTINEL"), ("FOO", "SENTINEL"), ("HTTPS_PROXY", "http://u:SENTINEL@p")];
        let shown = format!("{:?}", Environment::from_pairs(pairs));
        assert_eq!(shown, r#"Environment { variables: ["HTTPS_PROXY"], .. }"#);
    }

    #[test]
    fn only_names_that_a_reference_can_have_are_kept() {
        let environment = Environment::from_pairs([("FOO", "1"), ("foo", "2"), ("_X", "3")]);
        assert!(environment.value(&SecretName::parse("FOO").unwrap()).is_some());
        assert_eq!(environment.values.len(), 1);
    }

    #[test]
    fn lower_case_proxies_win_and_all_fills_in() {
        let pairs =
            [("HTTP_PROXY", "http://a"), ("http_proxy", "http://b"), ("ALL_PROXY", "http://c"), ("NO_PROXY", "x")];
        let proxies = Environment::from_pairs(pairs).network();
        assert_eq!(proxies.http.as_deref(), Some("http://b"));
        assert_eq!(proxies.https.as_deref(), Some("http://c"));
        assert_eq!(proxies.except.as_deref(), Some("x"));
    }

    #[test]
    fn directories_follow_the_specification() {
        let data = |pairs: &[(&str, &str)]| Environment::from_pairs(pairs.iter().copied()).data_directory();
        assert_eq!(data(&[("HOME", "/h")]), Some(PathBuf::from("/h/.local/share")));
        assert_eq!(data(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d")]), Some(PathBuf::from("/d")));
        assert_eq!(data(&[("HOME", "/h"), ("XDG_DATA_HOME", "d")]), Some(PathBuf::from("/h/.local/share")));
        assert_eq!(data(&[]), None);
    }
}
