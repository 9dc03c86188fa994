//! The warning of a file with secrets that git would commit.

use std::path::Path;

use crate::commands::Session;
use crate::env::Variable;
use crate::project::git::{Ignored, UserDirectories, is_ignored};
use crate::render::document::{Document, Line, Style};

/// Warns on stderr of a file in a repository that git does not ignore.
pub(in crate::commands) fn warn_if_tracked(session: &Session, file: &Path) {
    let user = UserDirectories {
        home: session.environment.path(Variable::Home).map(Path::to_owned),
        config: session.environment.config_directory(),
    };
    if is_ignored(file, &user) == Ignored::NotIgnored {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let line = Line::new()
            .literal(Style::Warning, "warning: ")
            .foreign(Style::Bold, &name)
            .plain(" is not ignored by git; add it to .gitignore");
        session.ui.notice(&Document::from(line.prose(2)));
    }
}
