use toml_edit::Document;

use super::outdated::{NEVER_HAD_AN_EFFECT, WATCHERS_SCHEDULE};
use super::reader::Reader;
use super::section::Section;
use super::source::Source;
use super::types::{Config, ReadOptions};
use super::{agents, keys, memory, needed_version, overlay, syntax};
use crate::model::{Diagnostic, Family, with_line_feeds};
use crate::project::conflict::{Content, conflict};
use crate::schema::{Schema, names};

const KEYS: [&str; 4] = names(&keys::ROOT);

/// Reads a lobu.toml of either generation and reports everything that is wrong with it, by place.
///
/// `file` is the path below the project directory, for positions. There is no config if the text is not TOML, or is for another
/// version of this program. With
/// errors among the diagnostics the config holds what could be read, for checks of other files in the same pass; it must
/// not be applied.
pub fn read(schema: &Schema, text: &str, file: &str, options: ReadOptions) -> (Option<Config>, Vec<Diagnostic>) {
    // TOML does not allow a byte order mark, and editors write it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(diagnostic) = conflict(text, Content::Data, file, Family::Project) {
        return (None, vec![diagnostic]);
    }
    // TOML leaves it to the reader what a line end within a text is. No line or column changes by it.
    let text = &*with_line_feeds(text);
    let mut reader = Reader::new(Source::new(text, file), options);
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            syntax::report(&mut reader, &error);
            return (None, reader.finish());
        }
    };
    let root = Section::root(document.as_table());
    // A file for another version may have keys that this one does not know: nothing else is said of it.
    if needed_version::report_unmet(&mut reader, &root) {
        return (None, reader.finish());
    }
    reader.keys(
        &root,
        &KEYS,
        &[
            ("agent", "did you mean `agents`?"),
            ("connectors", "set the connectors directory with `connectors` in `[memory]`"),
            ("models", "set the models directory with `models` in `[memory]`"),
            ("owletto", "the memory table is now `[memory]`"),
            ("schedules", WATCHERS_SCHEDULE),
            ("watchers", "declare watchers in model files, in the directory that `models` in `[memory]` sets"),
            ("default_schedule_channel", NEVER_HAD_AN_EFFECT),
        ],
    );
    needed_version::check(&mut reader, &root);
    let mut targets = memory::targets(&mut reader, &root, &overlay::model_keys(schema));
    reader.set_targets(targets.iter().map(|target| target.name.value.clone()).collect());
    let agents = agents::read_all(schema, &mut reader, &root);
    let memory = memory::read(&mut reader, &root);
    overlay::read(schema, &mut reader, document.as_table(), &agents, &mut targets);
    reader.check_shapes(&root);
    (Some(Config { agents, memory, targets }), reader.finish())
}
