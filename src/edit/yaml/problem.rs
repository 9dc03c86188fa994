use granit_parser::ErrorKind;

use super::written::Spot;
use crate::model::{Diagnostic, Family, Severity};

/// What is wrong with a YAML text, and where. It never quotes the text: a broken line may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Problem {
    /// Where it is.
    pub spot: Spot,
    /// What it is.
    pub kind: ProblemKind,
}

/// What is wrong with a YAML text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// It does not parse.
    #[error("{0}")]
    Syntax(&'static str),
    /// A text that starts like a list or mapping in brackets, and goes on behind it.
    #[error("text follows the closing bracket")]
    AfterBracket,
    /// An alias without an anchor before it.
    #[error("unknown alias: no anchor with this name before it")]
    UnknownAnchor,
    /// An alias inside the value that its anchor names.
    #[error("this alias is inside the value that it repeats")]
    RecursiveAlias,
    /// More aliases or anchors than the limit.
    #[error("there are more than {limit} aliases or anchors")]
    TooManyAliases { limit: usize },
    /// Nested deeper than the limit.
    #[error("lists and mappings are nested deeper than {limit}")]
    TooDeep { limit: usize },
    /// More values than the limit, aliases expanded.
    #[error("there are more than {limit} values, counting what aliases repeat")]
    TooManyValues { limit: usize },
    /// More text repeated by aliases than the limit.
    #[error("aliases repeat more than {} KiB of text", limit / 1024)]
    TooMuchRepeated {
        /// The limit in bytes.
        limit: usize,
    },
    /// A key twice in one mapping.
    #[error("duplicate key: the first is on line {first}")]
    DuplicateKey {
        /// The line of the first.
        first: u32,
    },
    /// A key that is no text.
    #[error("this key must be text, not {found}")]
    KeyIsNotText {
        /// What it is.
        found: &'static str,
    },
    /// `<<`, which YAML 1.2 does not know.
    #[error("merge keys (`<<`) are not part of YAML 1.2")]
    MergeKey,
    /// A number that the server would change.
    #[error("integers must be between -9007199254740991 and 9007199254740991")]
    UnsafeNumber,
    /// Infinity, or not a number.
    #[error("this number is out of range")]
    NotFinite,
    /// A tag other than those of the core schema.
    #[error("unknown tag")]
    UnknownTag,
    /// A core tag on a value of another type.
    #[error("the value does not have the type of its tag")]
    WrongTag,
}

impl ProblemKind {
    /// The stable word of the diagnostic.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) | Self::AfterBracket => "yaml-syntax",
            Self::UnknownAnchor | Self::RecursiveAlias => "yaml-alias",
            Self::TooManyAliases { .. }
            | Self::TooDeep { .. }
            | Self::TooManyValues { .. }
            | Self::TooMuchRepeated { .. } => "yaml-limit",
            Self::DuplicateKey { .. } => "yaml-duplicate-key",
            Self::KeyIsNotText { .. } => "yaml-key",
            Self::MergeKey => "yaml-merge-key",
            Self::UnsafeNumber | Self::NotFinite => "yaml-number",
            Self::UnknownTag | Self::WrongTag => "yaml-tag",
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::AfterBracket => Some("put the whole value in quotes if it is text that starts with `[` or `{`"),
            Self::UnknownAnchor => Some("put the value in quotes if it is text that starts with `*`"),
            Self::UnknownTag => Some("put the value in quotes if it is text that starts with `!`"),
            Self::KeyIsNotText { .. } => Some("put the key in quotes"),
            Self::MergeKey => Some("write out the members"),
            Self::UnsafeNumber => Some("put it in quotes if it is text"),
            _ => None,
        }
    }

    pub(super) fn of_scanner(kind: &ErrorKind) -> Self {
        match kind {
            ErrorKind::UnknownAnchor => Self::UnknownAnchor,
            ErrorKind::RecursionLimitExceeded => Self::Syntax("lists and mappings are nested too deep"),
            other => Self::Syntax(syntax_message(other)),
        }
    }
}

/// Our own words for what people meet most; the parser's may quote the text.
fn syntax_message(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => "a tab cannot be used for indentation",
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => "unclosed quote",
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            "unexpected text after the closing quote"
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => "unclosed `[` or `{`",
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => "unmatched `]` or `}`",
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            "missing `,` between `[…]` or `{…}`"
        }
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry => "wrong indentation",
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "unexpected `:`; a text that contains `: ` needs quotes"
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey | ErrorKind::MappingKeyNotAllowed => {
            "expected a key followed by `:`"
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => "unknown escape; a text with `\\` needs single quotes",
        ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::BlockEntryInFlowCollection => "unexpected list entry; a text that starts with `- ` needs quotes",
        ErrorKind::UnexpectedCharacter { .. } => "a text that starts with this character needs quotes",
        ErrorKind::MissingAnchorOrAliasName => "`&` and `*` need a name; a text that starts with one needs quotes",
        _ => "invalid YAML",
    }
}

impl Problem {
    /// The problem for the person who wrote the file, of which the YAML starts so many lines down.
    pub fn diagnostic(&self, family: Family, file: &str, lines: u32) -> Diagnostic {
        let diagnostic = Diagnostic::new(Severity::Error, family, self.kind.code(), self.kind.to_string())
            .at(self.spot.down(lines).within(file));
        match self.kind.hint() {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}
