use std::time::Duration;

use crate::secrets::json::{JsonValue, Object};

use super::directory::OpenDirectory;
use super::{AccountFile, BUILT_IN, FileProblem};

/// How often a file that is no JSON is read again, and after how long: the existing CLI writes it in place, so that a reader
/// may see half of it.
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_millis(10);

/// The members of a context that hold its URL, the newer one first, as messages name them.
pub(super) const URL_MEMBERS: [(&str, &str); 2] = [("url", "`url` of a context"), ("apiUrl", "`apiUrl` of a context")];

/// A file, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) file: AccountFile,
    pub(super) problem: FileProblem,
}

/// What the four files say; a file that is missing says nothing.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Documents {
    pub(super) config: Object,
    pub(super) credentials: Object,
    pub(super) memory: Object,
    pub(super) cli: Object,
}

impl Documents {
    /// Reads all files of a directory.
    pub(super) fn read(directory: &OpenDirectory) -> Result<Self, Broken> {
        Ok(Self {
            config: read(directory, AccountFile::Config)?,
            credentials: read(directory, AccountFile::Credentials)?,
            memory: read(directory, AccountFile::Memory)?,
            cli: read(directory, AccountFile::Cli)?,
        })
    }

    pub(super) fn of_file(&mut self, file: AccountFile) -> &mut Object {
        match file {
            AccountFile::Config => &mut self.config,
            AccountFile::Credentials => &mut self.credentials,
            AccountFile::Memory => &mut self.memory,
            AccountFile::Cli => &mut self.cli,
        }
    }

    /// The entry of a context in the file that only this program knows.
    pub(super) fn cli_entry(&self, name: &str) -> Option<&Object> {
        self.cli.object("contexts")?.object(name)
    }

    /// The entry of a context in the file of logins.
    pub(super) fn login_entry(&self, name: &str) -> Option<&Object> {
        self.credentials.object("contexts")?.object(name)
    }

    /// The URL of a context as config.json says it: `url` in what the existing CLI writes today, `apiUrl` in what it wrote
    /// before.
    pub(super) fn own_api_url(&self, name: &str) -> Option<&str> {
        let entry = self.config.object("contexts")?.object(name)?;
        URL_MEMBERS.iter().find_map(|(member, _)| match entry.get(member) {
            Some(JsonValue::Text(text)) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// Reads one file into the form that is newest.
pub(super) fn read(directory: &OpenDirectory, file: AccountFile) -> Result<Object, Broken> {
    let mut tries = 1;
    loop {
        match read_once(directory, file) {
            Err(FileProblem::NotJson { .. }) if tries < TRIES => {
                tries += 1;
                std::thread::sleep(PAUSE);
            }
            result => return result.map_err(|problem| Broken { file, problem }),
        }
    }
}

fn read_once(directory: &OpenDirectory, file: AccountFile) -> Result<Object, FileProblem> {
    let Some(text) = directory.read(file)? else { return Ok(Object::default()) };
    let JsonValue::Object(root) = JsonValue::parse(&text)? else {
        return Err(FileProblem::WrongType { member: "the whole", expected: "an object" });
    };
    check_version(&root, file)?;
    let root = if file == AccountFile::Credentials { modern(root) } else { root };
    check_contexts(&root, file)?;
    Ok(root)
}

fn check_version(root: &Object, file: AccountFile) -> Result<(), FileProblem> {
    let Some(newest) = file.newest_version() else { return Ok(()) };
    match root.get("version") {
        None => Ok(()),
        Some(JsonValue::Number(version)) if version.as_u64().is_some_and(|version| version <= newest) => Ok(()),
        Some(JsonValue::Number(version)) if version.as_u64().is_some() => Err(FileProblem::NewerVersion),
        Some(_) => Err(FileProblem::WrongType { member: "version", expected: "a whole number" }),
    }
}

/// Brings the oldest form of credentials.json, one entry and nothing else, into the newest one.
fn modern(root: Object) -> Object {
    if root.get("contexts").is_some() || root.get("accessToken").is_none() {
        return root;
    }
    let mut contexts = Object::default();
    let mut entry = root;
    drop(entry.remove("version"));
    contexts.set(BUILT_IN, JsonValue::Object(entry));
    let mut modern = Object::default();
    modern.set("version", JsonValue::Number(2.into()));
    modern.set("contexts", JsonValue::Object(contexts));
    modern
}

/// Checks that contexts, where a file has them, are objects in an object.
fn check_contexts(root: &Object, file: AccountFile) -> Result<(), FileProblem> {
    let wrong = |member, expected| Err(FileProblem::WrongType { member, expected });
    match root.get("contexts") {
        _ if file == AccountFile::Memory => Ok(()),
        None => Ok(()),
        Some(JsonValue::Object(contexts)) => match contexts.members().find(|(_, node)| !is_entry(node)) {
            None => Ok(()),
            Some(_) => wrong("an entry of `contexts`", "an object"),
        },
        Some(_) => wrong("`contexts`", "an object"),
    }
}

fn is_entry(node: &JsonValue) -> bool {
    matches!(node, JsonValue::Object(_) | JsonValue::Null)
}

/// A member that must be a text, if it is there.
pub(super) fn text<'a>(object: &'a Object, name: &str, member: &'static str) -> Result<Option<&'a str>, FileProblem> {
    match object.get(name) {
        None => Ok(None),
        Some(JsonValue::Text(text)) => Ok(Some(text)),
        Some(_) => Err(FileProblem::WrongType { member, expected: "a text" }),
    }
}

/// A member that must be a point in time in milliseconds, if it is there.
pub(super) fn milliseconds(object: &Object, name: &str, member: &'static str) -> Result<Option<u64>, FileProblem> {
    let wrong = FileProblem::WrongType { member, expected: "a point in time in milliseconds" };
    match object.get(name) {
        None => Ok(None),
        Some(JsonValue::Number(number)) => {
            // JavaScript may have written a fraction, and anything before 1970 is over in any case.
            let rounded = || number.as_f64().map(|number| format!("{:.0}", number.max(0.0)));
            number.as_u64().or_else(|| rounded()?.parse().ok()).map(Some).ok_or(wrong)
        }
        Some(_) => Err(wrong),
    }
}
