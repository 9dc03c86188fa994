//! What git's files say, read without starting it: whether it ignores a file, and where a repository's remotes are.
//!
//! This reads outside of the project's directory, by design: rules that concern a file stand in every directory up to the
//! repository's root, in `.git/info/exclude` and in the user's own configuration. What is read decides about a warning and
//! about nothing else, and of it only the name of a repository is shown, so that a project gains nothing by steering it elsewhere.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// How many bytes of a file of rules or of configuration are read; larger ones count as unreadable.
const LARGEST: u64 = 1024 * 1024;

/// How many directories upwards are looked at.
const HIGHEST: usize = 256;

/// Whether git would commit a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// No repository is above it.
    NotInRepository,
    /// It is left out.
    Ignored,
    /// `git add` takes it.
    NotIgnored,
}

/// Where the user's own git configuration is; the environment is the caller's to read.
#[derive(Debug, Clone, Default)]
pub struct UserDirectories {
    /// The home directory.
    pub home: Option<PathBuf>,
    /// The configuration directory: `XDG_CONFIG_HOME`, else `~/.config`.
    pub config: Option<PathBuf>,
}

/// Tells whether git ignores a file, which need not exist, by the rules of gitignore(5): in a directory deeper ones win,
/// in a file later ones, and what lies in an ignored directory is ignored.
///
/// A file of rules that can't be read ignores nothing, so that in doubt there is a warning. Not looked at are the index
/// (what was committed once is tracked whatever the rules say), `include`s of the configuration, and `GIT_…` variables.
pub fn is_ignored(file: &Path, user: &UserDirectories) -> Ignored {
    let Some(repository) = Repository::above(file) else { return Ignored::NotInRepository };
    if repository.ignores(user) { Ignored::Ignored } else { Ignored::NotIgnored }
}

/// The root of the repository that a directory is in.
pub fn repository_of(directory: &Path) -> Option<PathBuf> {
    Repository::above(&directory.join("lobu.toml")).map(|repository| repository.root)
}

/// The repository of a file.
pub(super) struct Repository {
    pub(super) root: PathBuf,
    /// What all working trees of the repository share.
    pub(super) common: PathBuf,
    /// The directories and the file, from the root down, without symlinks in the directories.
    steps: Vec<PathBuf>,
}

impl Repository {
    /// The repository above a file that need not exist; its directory does.
    pub(super) fn above(file: &Path) -> Option<Self> {
        let directory = file.parent()?.canonicalize().ok()?;
        let (root, common) =
            directory.ancestors().take(HIGHEST).find_map(|root| Some((root.to_owned(), common_directory(root)?)))?;
        let mut steps: Vec<PathBuf> =
            directory.ancestors().take_while(|step| *step != root).map(Path::to_owned).collect();
        steps.reverse();
        steps.push(directory.join(file.file_name()?));
        Some(Self { root, common, steps })
    }

    /// The names of its remotes and where they are, where that is written simply, in the order of its configuration.
    pub(super) fn remotes(&self) -> Vec<(String, String)> {
        let text = read(&self.common.join("config")).unwrap_or_default();
        let mut remotes = Vec::new();
        let mut remote = None;
        for line in text.lines().map(str::trim) {
            if let Some(section) = line.strip_prefix('[') {
                let name = section.strip_prefix("remote \"").and_then(|rest| rest.strip_suffix("\"]"));
                remote = name.map(str::to_owned);
            } else if let (Some(name), Some((key, value))) = (&remote, line.split_once('='))
                && key.trim().eq_ignore_ascii_case("url")
            {
                remotes.push((name.clone(), value.trim().trim_matches('"').to_owned()));
            }
        }
        remotes
    }

    fn ignores(&self, user: &UserDirectories) -> bool {
        // From the weakest rules to the strongest; those of a directory are added as the way leads into it.
        let mut rules = vec![
            user_rules(user, &self.common).map_or_else(Gitignore::empty, |path| read_rules(&self.root, &path)),
            read_rules(&self.root, &self.common.join("info/exclude")),
            rules_in(&self.root),
        ];
        for (number, step) in self.steps.iter().enumerate() {
            let is_directory = number + 1 < self.steps.len();
            if is_left_out(&rules, step, is_directory) {
                return true;
            }
            if is_directory {
                rules.push(rules_in(step));
            }
        }
        false
    }
}

fn is_left_out(rules: &[Gitignore], path: &Path, is_directory: bool) -> bool {
    let decides = |rules: &Gitignore| match rules.matched(path, is_directory) {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    };
    rules.iter().rev().find_map(decides).unwrap_or(false)
}

/// The git directory that holds what all working trees share; none if there is no repository at this root.
fn common_directory(root: &Path) -> Option<PathBuf> {
    let entry = root.join(".git");
    let git = if entry.is_dir() {
        entry
    } else {
        // A further working tree, or a submodule: a file that names the directory.
        root.join(read(&entry)?.strip_prefix("gitdir:")?.trim())
    };
    // git takes a directory without it for none of its own.
    git.join("HEAD").symlink_metadata().ok()?;
    Some(match read(&git.join("commondir")) {
        Some(common) => git.join(common.trim()),
        None => git,
    })
}

/// The file of the user's own rules: `core.excludesFile`, the repository's configuration first, else the usual place.
fn user_rules(user: &UserDirectories, common: &Path) -> Option<PathBuf> {
    let configured = [
        Some(common.join("config")),
        user.home.as_ref().map(|home| home.join(".gitconfig")),
        user.config.as_ref().map(|config| config.join("git/config")),
    ];
    let configured = configured.into_iter().flatten().find_map(|path| excludes_file(&read(&path)?));
    match configured {
        Some(path) => match path.strip_prefix("~/") {
            Some(rest) => user.home.as_ref().map(|home| home.join(rest)),
            None => Some(PathBuf::from(path)),
        },
        None => user.config.as_ref().map(|config| config.join("git/ignore")),
    }
}

/// The last `excludesFile` of `[core]` in a text of git's configuration, where it is written simply.
fn excludes_file(text: &str) -> Option<String> {
    let mut is_core = false;
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            is_core = section.trim_end_matches(']').trim().eq_ignore_ascii_case("core");
        } else if let Some((key, value)) = line.split_once('=').filter(|_| is_core)
            && key.trim().eq_ignore_ascii_case("excludesfile")
        {
            let value = value.trim();
            let quoted = value.strip_prefix('"').and_then(|rest| Some(rest.split_once('"')?.0));
            found =
                Some(quoted.unwrap_or_else(|| value.split([';', '#']).next().unwrap_or_default().trim()).to_owned());
        }
    }
    found
}

/// The rules that stand in a directory; git does not follow a symlink there.
fn rules_in(directory: &Path) -> Gitignore {
    let path = directory.join(".gitignore");
    let is_symlink = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    if is_symlink { Gitignore::empty() } else { read_rules(directory, &path) }
}

fn read_rules(directory: &Path, path: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(directory);
    let text = read(path).unwrap_or_default();
    for line in text.strip_prefix('\u{FEFF}').unwrap_or(&text).lines() {
        // A rule that is none is passed over, as git does.
        drop(builder.add_line(None, line));
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// The text of a regular file; none if there is none, it is too large, or it can't be read.
fn read(path: &Path) -> Option<String> {
    // Looked at first: opening a pipe would wait for its other end.
    let is_read = fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST);
    let file = is_read.then(|| File::open(path))?.ok()?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
