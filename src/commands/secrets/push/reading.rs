//! What a push is about: names, values and the org's list. Nothing is sent but reads.

use std::collections::BTreeSet;

use crate::commands::Session;
use crate::commands::connect::{Connection, announce, for_reading};
use crate::desired::desired_state;
use crate::error::{CommandError, ErrorKind};
use crate::http::PARALLELISM;
use crate::model::SecretName;
use crate::push::{PushPlan, Rotation, Wanted, plan_push, select};
use crate::render::document::{Document, Line, Style};
use crate::secrets::SourceValues;
use crate::target::ResolvedTarget;

use super::super::source::{self, SourceChoice};
use super::super::surroundings::Surroundings;
use super::super::{api, name};
use super::SecretsPush;

/// What `--rotate` without a name stands for.
const ALL: &str = "*";

/// Everything that a push works with once it was read.
pub(super) struct Pushed {
    pub(super) source: SourceValues,
    pub(super) wanted: Wanted,
    pub(super) rotation: Rotation,
    pub(super) target: ResolvedTarget,
}

/// The names that were given, those of `--rotate=NAME` among them.
pub(super) fn names(command: &SecretsPush) -> Result<(BTreeSet<SecretName>, Rotation), CommandError> {
    let checked = |texts: &[String]| texts.iter().map(|text| name::writable(text)).collect::<Result<BTreeSet<_>, _>>();
    let mut given = checked(&command.names)?;
    let rotation = match &command.rotate {
        None => Rotation::Never,
        // Without a name of its own it is about the names that were given, and only without those about all.
        Some(names) if names == &[ALL] && given.is_empty() => Rotation::All,
        Some(names) if names == &[ALL] => Rotation::Named(given.clone()),
        Some(names) => Rotation::Named(checked(names)?),
    };
    if let Rotation::Named(names) = &rotation {
        given.extend(names.iter().cloned());
    }
    if let SourceChoice::Process(names) = &command.source {
        given.extend(checked(names)?);
    }
    Ok((given, rotation))
}

/// What never comes to a question is demanded before anything is read.
pub(super) fn flags(command: &SecretsPush, rotation: &Rotation) -> Result<(), CommandError> {
    let rotates = *rotation != Rotation::Never;
    let agreed = command.dry_run || ((command.yes || rotates) && (command.yes_rotate || !rotates));
    let need = if rotates { "--yes-rotate (and --yes for what the org lacks)" } else { "--yes" };
    let demand = |what: &str| {
        let message = format!("{what} asks no questions: add {need}, or --dry-run");
        Err(CommandError::usage(message).hint("Nothing was read or sent."))
    };
    match command.source {
        _ if agreed => Ok(()),
        SourceChoice::Stdin => demand("--from-stdin"),
        _ if command.json => demand("--json"),
        _ => Ok(()),
    }
}

/// Where a push starts from and where it goes.
pub(super) struct Place {
    surroundings: Surroundings,
    references: Wanted,
    pub(super) target: ResolvedTarget,
}

/// Reads the project and resolves the target.
pub(super) fn place(
    session: &Session,
    command: &SecretsPush,
    given: &BTreeSet<SecretName>,
) -> Result<Place, CommandError> {
    let surroundings = Surroundings::read(session, &command.project)?;
    let references = match &surroundings {
        Surroundings::Project(loaded) => desired_state(&loaded.project).references(),
        Surroundings::Directory(_) if given.is_empty() && !command.all => {
            let message = "there is no lobu.toml that would say which secrets are needed; nothing was sent";
            return Err(CommandError::new(ErrorKind::InvalidProject, message)
                .hint("Go to the project's directory, name it with -C, or name the secrets."));
        }
        Surroundings::Directory(_) => Wanted::new(),
    };
    let target = session.locate(&command.target, &surroundings.pins())?;
    announce(session, &target);
    Ok(Place { surroundings, references, target })
}

/// Whether the org can be pushed to at all.
pub(super) async fn has_api(session: &Session, target: &ResolvedTarget) -> Result<bool, CommandError> {
    let connection = for_reading(session, target, PARALLELISM).await?;
    Ok(api::listed(session, target, &connection).await?.is_some())
}

/// Reads the source and chooses the names. Nothing is sent.
pub(super) fn read(
    session: &Session,
    command: &SecretsPush,
    given: &BTreeSet<SecretName>,
    rotation: Rotation,
    place: Place,
) -> Result<Pushed, CommandError> {
    let Place { surroundings, references, target } = place;
    let default = surroundings.values_file(command.target.target.as_deref());
    let source = source::read(session, surroundings.directory(), &command.source, default, command.format)?;
    crate::fault::point("secrets-read");
    let wanted = select(references, given, command.all, &source, &session.environment)?;
    if command.all {
        tell_unusable(session, &source);
    }
    Ok(Pushed { source, wanted, rotation, target })
}

fn tell_unusable(session: &Session, source: &SourceValues) {
    let note = || Line::new().literal(Style::Note, "note: ");
    let mut document = Document::new();
    let names: Vec<_> = source.unusable().collect();
    if !names.is_empty() {
        let line = note().plain("not pushed, since no secret can have such a name: ");
        document.push(line.foreign(Style::Plain, &names.join(", ")).prose(2));
    }
    if source.wrapped() > 0 {
        let line = note().plain("not pushed, since they look like the end of a value that was wrapped: ");
        document
            .push(line.count(source.wrapped()).plain(if source.wrapped() == 1 { " line" } else { " lines" }).prose(2));
    }
    if !document.is_empty() {
        session.ui.status(&document);
    }
}

/// Lists the org's secrets and compares.
pub(super) async fn plan(session: &Session, pushed: &Pushed) -> Result<(Connection, PushPlan), CommandError> {
    let connection = for_reading(session, &pushed.target, PARALLELISM).await?;
    let listed = api::listed(session, &pushed.target, &connection).await?;
    let listed = listed.ok_or_else(|| {
        api::unsupported(&pushed.target).hint("In a script for several servers: --if-supported makes this exit 0.")
    })?;
    let plan = plan_push(&pushed.wanted, &pushed.source, &listed, &pushed.rotation);
    Ok((connection, plan))
}
