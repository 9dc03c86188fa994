//! The checkout of a CI run: annotations find a file by its path in the repository, wherever the project is in it.

use std::path::{Component, Path, PathBuf};

/// The checkout, and the directory that diagnostics name files from.
pub(super) struct Checkout {
    root: Option<PathBuf>,
    directory: PathBuf,
}

impl Checkout {
    /// Resolves both, so that one file has one path even where a runner reaches its work directory through a symlink.
    pub(super) fn of(root: Option<&Path>, directory: &Path) -> Self {
        let resolved = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Self { root: root.map(resolved), directory: resolved(directory) }
    }

    /// The path of a file from the root of the checkout; none of a file elsewhere. Without a checkout it is as it was named.
    pub(super) fn path_of(&self, file: &str) -> Option<String> {
        let Some(root) = &self.root else { return Some(file.to_owned()) };
        let path = without_dots(&self.directory.join(file))?;
        let parts = path.strip_prefix(root).ok()?.components();
        let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/"))
    }
}

/// The path without `.` and `..`; none if it leads above the root.
fn without_dots(path: &Path) -> Option<PathBuf> {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop().then_some(())?;
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => whole.push(part),
        }
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_have_their_path_in_the_repository() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("work/repository");
        std::fs::create_dir_all(root.join("infra/lobu")).unwrap();
        symlink(temporary.path().join("work"), temporary.path().join("link")).unwrap();
        let table = [
            ("infra/lobu", "lobu.toml", Some("infra/lobu/lobu.toml")),
            ("infra/lobu", "agents/a/SOUL.md", Some("infra/lobu/agents/a/SOUL.md")),
            ("infra/lobu", "./../shared/./a.md", Some("infra/shared/a.md")),
            ("infra/lobu", "../../../elsewhere.env", None),
            ("infra/lobu", "/etc/values.env", None),
            ("infra/lobu", "../..", None),
            ("", "lobu.toml", Some("lobu.toml")),
        ];
        for (directory, file, expected) in table {
            for name in ["work", "link"] {
                let place = temporary.path().join(name).join("repository").join(directory);
                let checkout = Checkout::of(Some(&root), &place);
                assert_eq!(checkout.path_of(file).as_deref(), expected, "{directory} {file}");
                let linked = Checkout::of(Some(&temporary.path().join("link/repository")), &place);
                assert_eq!(linked.path_of(file).as_deref(), expected, "{directory} {file}");
            }
        }
        assert_eq!(Checkout::of(None, &root).path_of("lobu.toml").as_deref(), Some("lobu.toml"));
    }
}
