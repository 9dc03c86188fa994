//! By what a server tells a project from others that are applied to the same org.
//!
//! All checkouts of a project have the same mark: on other machines, in CI where history is cut off, and beside each other.
//! It is made of names only, none of which is sent but that of the repository or directory.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::model::ProjectMark;

use super::directory::ProjectDirectory;
use super::git::Repository;

/// The remotes that say which repository this is, the best first: a fork is usually applied as what it is a fork of.
const REMOTES: [&str; 2] = ["upstream", "origin"];

/// The mark of the project in a directory.
///
/// Within a git repository that is the repository's name at its remote and the path from its root, else the directory's name. What
/// is read of git is hashed and decides about a warning only.
pub fn mark(directory: &Path) -> ProjectMark {
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let repository = Repository::above(&directory.join(ProjectDirectory::FILE));
    let place = repository.and_then(|repository| {
        let within = directory.strip_prefix(&repository.root).ok()?.to_owned();
        Some((repository_name(&repository), within))
    });
    let (repository, within) = place.unwrap_or_else(|| (last_step(&directory), PathBuf::new()));
    let name = match last_step(&within).as_str() {
        "" => repository.rsplit('/').next().unwrap_or_default().to_owned(),
        directory => directory.to_owned(),
    };
    let mut hash = Sha256::new();
    hash.update(format!("lobu project\n{repository}\n{}\n", within.to_string_lossy()));
    ProjectMark::new(hash.finalize().get(..16).unwrap_or_default(), &name)
}

/// The name at the remote, in lower case; without one that of the directory in which the repository was made.
fn repository_name(repository: &Repository) -> String {
    let remotes = repository.remotes();
    let url = |name: &str| remotes.iter().find(|(remote, _)| remote == name);
    let chosen = REMOTES.iter().find_map(|name| url(name)).or(remotes.first());
    let name = chosen.map(|(_, url)| name_at_remote(url)).unwrap_or_default();
    if !name.is_empty() {
        return name;
    }
    // That of a further working tree is reached through the tree's own.
    let common = repository.common.canonicalize().unwrap_or_else(|_| repository.common.clone());
    let of_trees = if common.ends_with(".git") { common.parent() } else { None };
    last_step(of_trees.unwrap_or(&repository.root))
}

/// The last two steps of a remote's path, `owner/repository`: one repository has many hosts, ports and protocols.
///
/// Of a path on this machine it is only the last one.
fn name_at_remote(url: &str) -> String {
    let (path, is_local) = match url.split_once("://") {
        Some(("file", rest)) => (rest, true),
        Some((_, rest)) => (rest.split_once('/').map_or("", |(_, path)| path), false),
        None => match url.split_once(':') {
            Some((host, path)) if !host.contains('/') => (path, false),
            _ => (url, true),
        },
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).to_lowercase();
    // One large host writes a step more into its addresses of one protocol.
    let steps: Vec<&str> = path.split('/').filter(|step| !matches!(*step, "" | "." | ".." | "_git")).collect();
    let kept = steps.len().saturating_sub(if is_local { 1 } else { 2 });
    steps.get(kept..).unwrap_or_default().join("/")
}

fn last_step(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn repository(root: &Path, directory: &str, config: &str) {
        write(root, &format!("{directory}/.git/HEAD"), "ref: refs/heads/main\n");
        write(root, &format!("{directory}/.git/config"), config);
        fs::create_dir_all(root.join(directory).join("bots/desk")).unwrap();
    }

    fn remote(name: &str, url: &str) -> String {
        format!("[core]\n\tbare = false\n[remote \"{name}\"]\n\turl = {url}\n\tfetch = +refs/*:refs/*\n")
    }

    #[test]
    fn a_remote_has_one_name_by_every_protocol() {
        for url in [
            "https://github.com/Acme/bots.git",
            "https://user:token@github.com/acme/bots/",
            "git@github.com:acme/bots.git",
            "work-alias:acme/bots",
            "ssh://git@example.com:7999/acme/bots.git",
            "https://example.com/scm/acme/bots.git",
            "https://example.com/organization/acme/_git/bots",
            "git@ssh.example.com:v3/organization/acme/bots",
        ] {
            assert_eq!(name_at_remote(url), "acme/bots", "{url}");
        }
        for url in ["/srv/repositories/Bots.git", "file:///home/someone/bots", "../bots"] {
            assert_eq!(name_at_remote(url), "bots", "{url}");
        }
        assert_eq!(name_at_remote("https://example.com"), "");
    }

    #[test]
    fn checkouts_of_a_repository_have_one_mark() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        repository(root, "first", &remote("origin", "git@github.com:acme/bots.git"));
        repository(root, "ci/workspace", &remote("origin", "https://github.com/acme/bots"));
        repository(root, "fork", &{
            remote("origin", "git@github.com:someone/bots.git") + &remote("upstream", "git@github.com:acme/bots.git")
        });
        let first = mark(&root.join("first"));
        assert_eq!(first.name(), "bots");
        assert_eq!(first.id().len(), 32);
        for other in ["ci/workspace", "fork"] {
            assert_eq!(mark(&root.join(other)), first, "{other}");
        }
        // Two projects of one repository are two.
        let desk = mark(&root.join("first/bots/desk"));
        assert_eq!(desk.name(), "desk");
        assert_ne!(desk.id(), first.id());
        assert_eq!(mark(&root.join("ci/workspace/bots/desk")), desk);
        repository(root, "other", &remote("origin", "git@github.com:acme/other.git"));
        assert_ne!(mark(&root.join("other")).id(), first.id());
    }

    #[test]
    fn a_further_working_tree_is_the_same_project_without_a_remote_too() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        repository(root, "bots", "[core]\n");
        write(root, "bots/.git/worktrees/tree/HEAD", "ref: refs/heads/tree\n");
        write(root, "bots/.git/worktrees/tree/commondir", "../..\n");
        write(root, "tree/.git", "gitdir: ../bots/.git/worktrees/tree\n");
        assert_eq!(mark(&root.join("tree")), mark(&root.join("bots")));
        assert_eq!(mark(&root.join("tree")).name(), "bots");
    }

    #[test]
    fn outside_a_repository_the_directory_names_the_project_and_nothing_above_it() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        for directory in ["a/bot", "b/bot", "desk"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        assert_eq!(mark(&root.join("a/bot")), mark(&root.join("b/bot")));
        assert_ne!(mark(&root.join("a/bot")).id(), mark(&root.join("desk")).id());
    }
}
