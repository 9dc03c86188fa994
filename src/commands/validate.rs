//! `lobu validate`: the project's files, offline.

use clap::Args;

use crate::error::{CommandError, ErrorKind};
use crate::model::counted;
use crate::project::config::ReadOptions;
use crate::project::directory::{Expected, ProjectDirectory};
use crate::project::fix::{self, FixError};
use crate::project::{Project, read_project};
use crate::render::document::{Document, Line, line};
use crate::render::json;
use crate::schema::{ALL, Kind};

use super::options::{FormatOptions, ProjectOptions};
use super::project::{check, open};
use super::{Outcome, Session};

/// Check the project's files without a server
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Rewrite deprecated keys in lobu.toml and remove byte order marks
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    project: ProjectOptions,
}

/// Says everything that can be said of a project without a server. Exit 0 or 2.
pub fn run(session: &Session, args: &ValidateArgs) -> Result<Outcome, CommandError> {
    let directory = open(session, &args.project)?;
    // Of a project for another version of this program, the check below says so, and nothing is rewritten.
    if args.fix && !is_for_another_version(&directory) {
        rewrite(session, &directory)?;
        remove_marks(session, &directory, args)?;
    }
    let options = ReadOptions { allow_unknown_keys: args.project.allow_unknown_keys };
    let (project, found) = read_project(&ALL, &directory, options);
    session.show(&found, directory.location());
    check(&found, &args.project)?;
    if args.format.json {
        let (agents, types) = counts(project.as_ref());
        let types = types.into_iter().map(|(kind, count)| (kind.word.to_owned(), count));
        session.ui.product_json(&json::valid(agents, types, targets(project.as_ref()), &found));
    } else {
        session.ui.product(&Document::from(summary(project.as_ref())));
    }
    Ok(Outcome::Done)
}

/// How many agents there are, and how many resources of each kind that model files declare; none without a memory schema.
fn counts(project: Option<&Project>) -> (usize, Vec<(Kind, usize)>) {
    let agents = project.map_or(0, |project| project.config.agents.len());
    let Some(models) = project.and_then(|project| project.models.as_ref()) else { return (agents, Vec::new()) };
    let of_kind = |kind: Kind| models.resources.iter().filter(|resource| resource.key.kind == kind).count();
    let kinds = ALL.kinds().filter(|kind| kind.model_files.is_some());
    (agents, kinds.map(|kind| (kind, of_kind(kind))).collect())
}

/// The names of the targets, which were checked with the project.
fn targets(project: Option<&Project>) -> Vec<String> {
    let targets = project.map(|project| project.config.targets.as_slice()).unwrap_or_default();
    targets.iter().map(|target| target.name.value.clone()).collect()
}

fn summary(project: Option<&Project>) -> Line {
    let (agents, types) = counts(project);
    let agents = counted(agents, "agent");
    let targets = match targets(project).len() {
        0 => String::new(),
        count => format!(" in {}", counted(count, "target")),
    };
    if types.is_empty() {
        return line!("The project is valid{}: {}, no memory schema.", targets, agents);
    }
    let types = types.into_iter().filter(|(_, count)| *count > 0).map(|(kind, count)| counted(count, kind.singular));
    let all: Vec<String> = [agents].into_iter().chain(types).collect();
    line!("The project is valid{}: {}.", targets, all.join(", "))
}

fn is_for_another_version(directory: &ProjectDirectory) -> bool {
    let text = directory.read_text(ProjectDirectory::FILE, directory.limits().lobu_toml);
    text.ok().flatten().is_some_and(|text| fix::rewrite(&text) == Err(FixError::OtherVersion))
}

/// Rewrites old spellings of lobu.toml in place; everything else stays byte for byte.
fn rewrite(session: &Session, directory: &ProjectDirectory) -> Result<(), CommandError> {
    let invalid = |error: &dyn std::fmt::Display| CommandError::new(ErrorKind::InvalidProject, error.to_string());
    let file = ProjectDirectory::FILE;
    let text = directory.read_text(file, directory.limits().lobu_toml).map_err(|error| invalid(&error))?;
    let Some(text) = text else { return Ok(()) };
    match fix::rewrite(&text) {
        Ok(None) => {
            session.ui.status(&Document::from(line!("lobu.toml is in the current format.")));
            Ok(())
        }
        Ok(Some(rewritten)) => {
            let written = directory.write_file(file, Expected::Text(&text), &rewritten);
            written?;
            session.ui.status(&Document::from(line!("Rewrote lobu.toml in the current format.")));
            Ok(())
        }
        Err(error) => Err(invalid(&error)),
    }
}

/// Removes the byte order mark of every file of the project that has one.
fn remove_marks(session: &Session, directory: &ProjectDirectory, args: &ValidateArgs) -> Result<(), CommandError> {
    let options = ReadOptions { allow_unknown_keys: args.project.allow_unknown_keys };
    let (project, _) = read_project(&ALL, directory, options);
    for (file, text) in fix::marked_files(&ALL, directory, project.as_ref()) {
        let written = directory.write_file(&file, Expected::Text(&text), fix::without_mark(&text).unwrap_or(&text));
        written?;
        session.ui.status(&Document::from(line!("Removed the byte order mark of {}.", file)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::PathBuf;
    use std::sync::Arc;

    use crate::env::Environment;
    use crate::ui::{Options, Ui};

    use super::*;

    const OLD: &str = "# kept\n[memory.owletto]\norg = \"dev\"\n";
    const TODAY: &str = "# kept\n[memory]\norg = \"dev\"\n";

    fn test_project(text: &str) -> (tempfile::TempDir, PathBuf) {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("lobu.toml");
        fs::write(&file, text).unwrap();
        (temporary, file)
    }

    fn fix(temporary: &tempfile::TempDir) -> Result<(), CommandError> {
        let (ui, environment) = (Ui::new(Options::default()), Arc::new(Environment::default()));
        let working_directory = temporary.path().to_owned();
        let session = Session { ui, environment, working_directory, found: std::sync::Mutex::default() };
        rewrite(&session, &ProjectDirectory::open(temporary.path(), &[]).unwrap())
    }

    #[test]
    fn old_spellings_are_rewritten_and_the_mode_stays() {
        let (temporary, file) = test_project(OLD);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        for _ in 0..2 {
            fix(&temporary).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), TODAY);
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o640);
        }
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_behind_a_symlink_is_rewritten_in_its_place() {
        let (temporary, file) = test_project(OLD);
        let target = temporary.path().join("target.toml");
        fs::rename(&file, &target).unwrap();
        symlink("target.toml", &file).unwrap();
        fix(&temporary).unwrap();
        assert!(fs::symlink_metadata(&file).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), TODAY);
    }

    #[test]
    fn a_file_that_is_read_only_is_left_alone() {
        let (temporary, file) = test_project(OLD);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        let error = fix(&temporary).unwrap_err();
        assert_eq!(error.exit_code(), 1);
        assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
    }
}
