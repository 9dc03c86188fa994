/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The project cannot be applied.
    Error,
    /// Something that the reader can fix; `--deny-warnings` makes it an error.
    Warning,
    /// Something to know, nothing to fix.
    Note,
}

/// The part of a project that a diagnostic stops: `--only agents` is not stopped by a model error, nor the reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// The file as a whole: both families.
    Project,
    /// Agents, their settings, skills and platforms.
    Agents,
    /// Entity types and relationship types.
    Memory,
}

/// One problem of a project, for the person who wrote it.
///
/// Neither `message` nor `hint` holds text of a value; names, keys and slugs are not yet sanitised, the renderer does that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where it is, none for problems of the directory as a whole. First, so that sorting is by place.
    pub position: Option<Position>,
    /// How much it weighs.
    pub severity: Severity,
    /// What it stops.
    pub family: Family,
    /// A stable kebab-case word for machines, documented in the reference.
    pub code: &'static str,
    /// What happened, one sentence without a full stop.
    pub message: String,
    /// What to do, if it is not plain.
    pub hint: Option<String>,
    /// The command that does it, which the hint introduces.
    pub command: Option<&'static str>,
    /// The line of the file, masked.
    pub excerpt: Option<Excerpt>,
}

/// A place in a file of the project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The path below the project directory, with `/`.
    pub file: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: u32,
    /// The column in characters, from 1; 0 for the line as a whole.
    pub column: u32,
}

/// One source line, with everything that may be a value already masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Excerpt {
    /// The masked line, not yet sanitised.
    pub line: String,
    /// Where the marker starts, in characters of the masked line, from 0.
    pub start: usize,
    /// How many characters are marked, at least 1.
    pub length: usize,
}

impl Position {
    /// The file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0, column: 0 }
    }
}

impl Diagnostic {
    /// A diagnostic without position, hint or excerpt.
    pub fn new(severity: Severity, family: Family, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { position: None, severity, family, code, message, hint: None, command: None, excerpt: None }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// The same with an advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with an advice and a command that follows it.
    #[must_use]
    pub fn hint_command(mut self, advice: impl Into<String>, command: &'static str) -> Self {
        self.hint = Some(advice.into());
        self.command = Some(command);
        self
    }

    /// What to do on one line: the hint and the command that it introduces.
    pub fn advice(&self) -> Option<String> {
        let hint = self.hint.as_ref()?;
        Some(self.command.map_or_else(|| hint.clone(), |command| format!("{hint} {command}")))
    }

    /// The same with its masked source line.
    #[must_use]
    pub fn excerpt(mut self, excerpt: Option<Excerpt>) -> Self {
        self.excerpt = excerpt;
        self
    }
}
