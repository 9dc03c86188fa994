use crate::server::{KeyState, StoreContents, StoreInspection};

use crate::doctor::finding::{failure, note, ok, skipped, warning};
use crate::doctor::{Check, Finding};
use crate::model::counted;

/// What is known of the database of the embedded org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedFacts {
    /// Its path.
    pub database: String,
    /// What was found; none where there is no database.
    pub found: Option<StoreInspection>,
}

impl EmbeddedFacts {
    /// Whether opening the database would find it as it must be, and change nothing of it.
    pub fn is_sound(&self) -> bool {
        let Some(found) = &self.found else { return true };
        let contents = found.contents.as_ref();
        found.open_to_others.is_empty()
            && found.free.is_none_or(|free| free >= LEAST_SPACE)
            && found.key == KeyState::Good
            && contents.is_ok_and(|contents| contents.version == contents.newest && contents.faults == Some(0))
    }

    /// Whether it has an org already.
    pub fn has_org(&self, slug: &str) -> bool {
        let contents = self.found.as_ref().and_then(|found| found.contents.as_ref().ok());
        contents.is_some_and(|contents| contents.orgs.iter().any(|org| org == slug))
    }
}

/// The checks of the embedded org's database.
pub fn embedded_checks(facts: &EmbeddedFacts) -> Vec<Finding> {
    let Some(found) = &facts.found else { return not_yet(&facts.database) };
    let mut findings = vec![modes(found), key(found.key)];
    findings.extend(found.free.map(space));
    match &found.contents {
        Err(why) => findings.push(
            failure(Check::EmbeddedDatabase, format!("{} cannot be read: {why}.", facts.database))
                .how("Restore it from a copy, or move it away to start with a new one; --db sets another one."),
        ),
        Ok(contents) => {
            let orgs = counted(contents.orgs.len(), "org");
            findings.push(ok(Check::EmbeddedDatabase, format!("{} can be read; it has {orgs}.", facts.database)));
            findings.push(schema(contents));
            findings.extend(contents.faults.map(integrity));
        }
    }
    findings
}

fn not_yet(database: &str) -> Vec<Finding> {
    let why = "there is no database yet";
    let mut findings =
        vec![ok(Check::EmbeddedDatabase, format!("{database} does not exist yet; the first apply creates it."))];
    let others = [
        Check::EmbeddedModes,
        Check::EmbeddedKey,
        Check::EmbeddedSchema,
        Check::EmbeddedIntegrity,
        Check::EmbeddedSpace,
    ];
    findings.extend(others.map(|check| skipped(check, why)));
    findings
}

fn modes(found: &StoreInspection) -> Finding {
    if found.open_to_others.is_empty() {
        return ok(Check::EmbeddedModes, "Only their owner can open the database and its key.");
    }
    let files: Vec<String> = found.open_to_others.iter().map(|file| file.display().to_string()).collect();
    warning(Check::EmbeddedModes, format!("Other users of this machine can open {}.", files.join(", ")))
        .why("With the database and the key, every secret in it can be read.")
        .how_command("To set the mode to 0600:", "lobu doctor --fix")
}

fn key(state: KeyState) -> Finding {
    let why =
        "Without it the secrets in the database cannot be read; lobu never creates a new one for a database with data.";
    let how = "Restore the key file from your copy of the database.";
    let wrong = |what: &str| failure(Check::EmbeddedKey, what).why(why).how(how);
    match state {
        KeyState::Good => ok(Check::EmbeddedKey, "The key exists and belongs to this database."),
        KeyState::Unchecked => skipped(Check::EmbeddedKey, "the database does not say which key belongs to it"),
        KeyState::Missing => wrong("The key of the database is missing."),
        KeyState::Broken => wrong("The key file beside the database is not valid."),
        KeyState::OfAnother => wrong("The key file belongs to another database."),
    }
}

fn schema(contents: &StoreContents) -> Finding {
    let StoreContents { version, newest, .. } = contents;
    if *version == 0 {
        return ok(Check::EmbeddedSchema, "The database is empty; the next apply creates its tables.");
    }
    match version.cmp(newest) {
        std::cmp::Ordering::Equal => ok(Check::EmbeddedSchema, format!("Its version is {version}, the current one.")),
        std::cmp::Ordering::Less => {
            note(Check::EmbeddedSchema, format!("Its version is {version}; the current one is {newest}."))
                .why("The next command that opens it migrates it; older versions of lobu cannot use it after that.")
        }
        std::cmp::Ordering::Greater => failure(
            Check::EmbeddedSchema,
            format!("Its version is {version}, and this lobu supports at most {newest}."),
        )
        .how("Use the newer version of lobu that wrote it."),
    }
}

fn integrity(faults: usize) -> Finding {
    if faults == 0 {
        return ok(Check::EmbeddedIntegrity, "The database is intact.");
    }
    failure(Check::EmbeddedIntegrity, format!("SQLite found {} in the database.", counted(faults, "fault")))
        .why("Some of its data may be lost.")
        .how("Restore it from a copy, or move it away and apply again.")
}

const MEBIBYTE: u64 = 1024 * 1024;

/// How many bytes a database needs at least to be written.
const LEAST_SPACE: u64 = MEBIBYTE;

/// How many bytes an apply of a large project may need: its texts, once in the log and once in the database.
const ENOUGH_SPACE: u64 = 32 * MEBIBYTE;

fn space(free: u64) -> Finding {
    if free >= ENOUGH_SPACE {
        return ok(Check::EmbeddedSpace, "The disk of the database has free space.");
    }
    if free >= LEAST_SPACE {
        let what = format!("The disk of the database has only {} MiB of free space.", free / MEBIBYTE);
        return warning(Check::EmbeddedSpace, what)
            .why("Large changes may not fit.")
            .how("Free some space, or set a database on another disk with --db.");
    }
    failure(Check::EmbeddedSpace, "No space is left on the disk of the database.")
        .why("Nothing can be written to it.")
        .how("Free some space, or set a database on another disk with --db.")
}
