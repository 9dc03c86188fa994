use std::collections::BTreeSet;

/// A file of a new project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The path below the project's directory.
    pub path: String,
    pub text: String,
    /// What becomes of a file that is there already.
    pub merge: Merge,
}

/// What becomes of a file that is there already; what it says is never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// It must not be there.
    Whole,
    /// The text is appended, unless a line of the file is this mark.
    Section(&'static str),
    /// The lines are appended, unless they are the last ones of all that have this word: later ones overrule earlier ones.
    Rules(&'static str),
    /// Each line `NAME=` whose name the file does not have is appended.
    Names,
    /// It stays as it is.
    Kept,
}

impl NewFile {
    /// A file that must not be there.
    pub fn whole(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), merge: Merge::Whole }
    }

    /// What the file says once this is in it; none if it says that already, or stays as it is.
    fn merged(&self, before: Option<&str>) -> Option<String> {
        let Some(before) = before else { return Some(self.text.clone()) };
        match self.merge {
            _ if before == self.text => None,
            Merge::Whole | Merge::Kept => None,
            Merge::Section(mark) => {
                let is_there = before.lines().any(|line| line.trim() == mark);
                (!is_there).then(|| appended(before, "\n", &self.text))
            }
            Merge::Rules(word) => {
                let there: Vec<&str> = before.lines().map(str::trim).filter(|line| line.contains(word)).collect();
                let rules: Vec<&str> = self.text.lines().collect();
                (!there.ends_with(&rules)).then(|| appended(before, "", &self.text))
            }
            Merge::Names => {
                let there: BTreeSet<&str> = before.lines().filter_map(name_of).collect();
                let is_missing = |line: &&str| name_of(line).is_some_and(|name| !there.contains(name));
                let missing: Vec<&str> = self.text.lines().filter(is_missing).collect();
                (!missing.is_empty()).then(|| appended(before, "", &(missing.join("\n") + "\n")))
            }
        }
    }
}

/// What is written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    pub path: String,
    /// What it says before; none for a new file.
    pub before: Option<String>,
    pub after: String,
}

/// Files that are there and say something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenFiles(pub Vec<String>);

/// What has to be written so that all files are there; nothing for a file that already is as it would be made.
pub fn changes<E>(
    files: Vec<NewFile>,
    read: impl Fn(&str) -> Result<Option<String>, E>,
) -> Result<Result<Vec<FileChange>, TakenFiles>, E> {
    let (mut changes, mut taken) = (Vec::new(), Vec::new());
    for file in files {
        let before = read(&file.path)?;
        let is_taken = before.as_ref().is_some_and(|before| *before != file.text);
        if is_taken && file.merge == Merge::Whole {
            taken.push(file.path);
        } else if let Some(after) = file.merged(before.as_deref()) {
            changes.push(FileChange { path: file.path, before, after });
        }
    }
    Ok(if taken.is_empty() { Ok(changes) } else { Err(TakenFiles(taken)) })
}

/// The files of a project with what belongs around them; where both have a file, what it lacks is appended to it.
///
/// lobu.toml stays the last one, so that what was written in part is no project.
pub fn with_around(mut files: Vec<NewFile>, around: Vec<NewFile>) -> Vec<NewFile> {
    let lobu_toml = files.pop();
    for added in around {
        match files.iter_mut().find(|file| file.path == added.path) {
            None => files.push(added),
            Some(_) if added.merge == Merge::Kept => {}
            Some(file) => {
                if let Some(merged) = added.merged(Some(&file.text)) {
                    file.text = merged;
                }
                file.merge = added.merge;
            }
        }
    }
    files.extend(lobu_toml);
    files
}

/// The name of a line of a dotenv file.
fn name_of(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('\u{feff}').trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    line.split_once('=').map(|(name, _)| name.trim()).filter(|name| !name.starts_with('#'))
}

/// A text with another one behind it, in its line ends.
fn appended(before: &str, gap: &str, text: &str) -> String {
    if before.contains("\r\n") {
        let unix = appended(&before.replace("\r\n", "\n"), gap, text);
        let added = unix.get(before.replace("\r\n", "\n").len()..).unwrap_or_default();
        return format!("{before}{}", added.replace('\n', "\r\n"));
    }
    let (gap, end) = match before {
        "" => ("", ""),
        _ if before.ends_with('\n') => (gap, ""),
        _ => (gap, "\n"),
    };
    format!("{before}{end}{gap}{text}")
}
