//! What a push is about: names, values and the org's list. Nothing is sent but reads.

use std::collections::BTreeSet;

use crate::commands::Session;
use crate::commands::options::ProjectOptions;
use crate::commands::project::Surroundings;
use crate::commands::secrets::api;
use crate::commands::secrets::source::SourceOptions;
use crate::desired::desired_state;
use crate::error::{CommandError, ErrorKind};
use crate::http::PARALLELISM;
use crate::model::SecretName;
use crate::push::{PushPlan, Rotation, Wanted, plan_push, select};
use crate::render::document::{Document, Line, Style};
use crate::secrets::SourceValues;
use crate::target::Connection;
use crate::target::{ResolvedTarget, TargetFlags};

/// Everything that a push works with once it was read.
pub(crate) struct Pushed {
    pub(crate) source: SourceValues,
    pub(crate) wanted: Wanted,
    pub(crate) rotation: Rotation,
    pub(crate) target: ResolvedTarget,
    /// The target of the project that `-t` names.
    pub(crate) named_target: Option<String>,
}

/// Where a push starts from and where it goes.
pub(crate) struct Place {
    surroundings: Surroundings,
    references: Wanted,
    pub(crate) target: ResolvedTarget,
    named_target: Option<String>,
}

/// Reads the project and resolves the target.
pub(crate) fn place(
    session: &Session,
    options: &ProjectOptions,
    flags: &TargetFlags,
    names_secrets: bool,
) -> Result<Place, CommandError> {
    let surroundings = Surroundings::read(session, options)?;
    let references = match &surroundings {
        Surroundings::Project(loaded) => desired_state(&loaded.project).references(),
        Surroundings::Directory(_) if !names_secrets => {
            let message = "there is no lobu.toml that would say which secrets are needed; nothing was sent";
            return Err(CommandError::new(ErrorKind::InvalidProject, message)
                .hint("Go to the project's directory, name it with -C, or name the secrets."));
        }
        Surroundings::Directory(_) => Wanted::new(),
    };
    let target = session.locate(flags, &surroundings.pins())?;
    session.announce(&target);
    Ok(Place { surroundings, references, target, named_target: flags.target.clone() })
}

/// Whether the org can be pushed to at all.
pub(crate) async fn has_api(session: &Session, target: &ResolvedTarget) -> Result<bool, CommandError> {
    let connection = session.connect(target, PARALLELISM).await?;
    Ok(api::listed(session, target, &connection).await?.is_some())
}

/// Reads the source and chooses the names. Nothing is sent.
pub(crate) fn read(
    session: &Session,
    options: &SourceOptions,
    all: bool,
    given: &BTreeSet<SecretName>,
    rotation: Rotation,
    place: Place,
) -> Result<Pushed, CommandError> {
    let Place { surroundings, references, target, named_target } = place;
    let default = surroundings.values_file(named_target.as_deref());
    let source = options.read(session, surroundings.directory(), default)?;
    crate::fault::point("secrets-read");
    let wanted = select(references, given, all, &source, &session.environment)?;
    if all {
        tell_unusable(session, &source);
    }
    Ok(Pushed { source, wanted, rotation, target, named_target })
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
pub(crate) async fn plan(session: &Session, pushed: &Pushed) -> Result<(Connection, PushPlan), CommandError> {
    let connection = session.connect(&pushed.target, PARALLELISM).await?;
    let listed = api::listed(session, &pushed.target, &connection).await?;
    let listed = listed.ok_or_else(|| {
        api::unsupported(&pushed.target).hint("In a script for several servers: --if-supported makes this exit 0.")
    })?;
    let plan = plan_push(&pushed.wanted, &pushed.source, &listed, &pushed.rotation);
    Ok((connection, plan))
}
