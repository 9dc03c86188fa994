use crate::model::{Diagnostic, Family, Position, Severity, counted, plural};

/// What is wrong with a `.env` file, by line. It holds nothing of the file's content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct Problem {
    /// The line, from 1.
    pub line: u32,
    /// What it is.
    pub kind: ProblemKind,
}

/// What is wrong with a line of a `.env` file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// No `NAME=`.
    #[error("expected `NAME=value`")]
    Malformed,
    /// A name with other characters than letters, digits and underscores.
    #[error("the name before `=` can contain only letters, digits and `_`, and cannot start with a digit")]
    Name,
    /// The name stands on an earlier line already.
    #[error("duplicate name: the first is on line {first}")]
    Duplicate {
        /// The line of the first.
        first: u32,
    },
    /// A quote that is never closed.
    #[error("unclosed quote")]
    UnterminatedQuote,
    /// Something other than a comment behind the closing quote.
    #[error("only a comment may follow the closing quote")]
    AfterQuote,
    /// A null character in a value, which no environment variable can have.
    #[error("the value contains a NUL character; check that the file is UTF-8 text")]
    Null,
    /// A carriage return in a value that is not part of a line end.
    #[error("the value contains a carriage return that is not part of a line end")]
    CarriageReturn,
    /// A value above the limit.
    #[error("the value is longer than {} KiB", limit / 1024)]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The last of too many to be told one by one; its line is the first that isn't.
    #[error("{}", more(*count))]
    More {
        /// How many are not told.
        count: u32,
    },
}

fn more(count: u32) -> String {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    format!("and {} {} wrong", counted(count, "more line"), plural(count, "is", "are"))
}

impl ProblemKind {
    /// The stable word of the diagnostic.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "dotenv-malformed",
            Self::Name => "dotenv-name",
            Self::Duplicate { .. } => "dotenv-duplicate",
            Self::UnterminatedQuote => "dotenv-unterminated-quote",
            Self::AfterQuote => "dotenv-after-quote",
            Self::Null => "dotenv-null",
            Self::CarriageReturn => "dotenv-carriage-return",
            Self::TooLong { .. } => "dotenv-value-too-long",
            Self::More { .. } => "dotenv-more",
        }
    }
}

impl Problem {
    /// The problem for the person who wrote the file. It never gets an excerpt.
    pub fn diagnostic(&self, file: &str) -> Diagnostic {
        let severity = if let ProblemKind::More { .. } = self.kind { Severity::Note } else { Severity::Error };
        Diagnostic::new(severity, Family::Project, self.kind.code(), self.kind.to_string()).at(Position {
            file: file.to_owned(),
            line: self.line,
            column: 0,
        })
    }
}
