//! `lobu schema`: JSON Schemas of project files and of what `--json` prints, offline and without a project.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};

use crate::error::CommandError;
use crate::render::document::{Document, Line, Style, line};
use crate::render::json::{PRINTED, PrintedSchema};

use super::{Outcome, Session};

/// Print a JSON Schema, for editors and scripts
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Schema to print (default: list the schemas)
    #[arg(value_name = "NAME", help_heading = "Arguments", value_parser = names())]
    name: Option<String>,
}

/// Takes the name of a schema, or a verb that prints what it describes.
fn names() -> impl clap::builder::TypedValueParser<Value = String> {
    let names = PRINTED.iter().map(|schema| PossibleValue::new(schema.name).aliases(schema.aliases));
    PossibleValuesParser::new(names).map(|name| name)
}

/// Prints a schema, or lists them.
pub fn run(session: &Session, args: &SchemaArgs) -> Result<Outcome, CommandError> {
    let Some(name) = &args.name else {
        session.ui.product(&PRINTED.iter().map(listed).collect::<Document>());
        return Ok(Outcome::Done);
    };
    let is_named = |schema: &&PrintedSchema| schema.name == name || schema.aliases.contains(&name.as_str());
    let Some(schema) = PRINTED.iter().find(is_named) else {
        return Err(CommandError::usage(format!("unknown schema `{name}`")));
    };
    session.ui.product_json(&(schema.text)());
    Ok(Outcome::Done)
}

fn listed(schema: &PrintedSchema) -> Line {
    let name = line!("{}", Style::Bold.of(schema.name));
    line!("{}{}", name.padded(12), schema.says).prose(12)
}
