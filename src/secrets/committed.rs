//! Whether git would commit a file with values.

use std::path::Path;

use crate::env::{Environment, Variable};
use crate::project::git::{Ignored, UserDirectories, is_ignored};

/// Looks at what git says about a file, by the rules of the repository and by the user's own.
pub fn git_state(file: &Path, environment: &Environment) -> Ignored {
    let user = UserDirectories {
        home: environment.path(Variable::Home).map(Path::to_owned),
        config: environment.config_directory(),
    };
    is_ignored(file, &user)
}
