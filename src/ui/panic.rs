//! What a person sees of a defect in this program: its place, never its payload, which may hold a secret.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;

use crate::error::exit;
use crate::render::document::{Document, Style, line};

use super::paint;

/// Installs the hook that prints the place of a panic, on whatever thread it happens.
pub fn install_hook() {
    set_hook(Box::new(|info| {
        let text = paint(&defect_document(&place(info)), false, None);
        // The streams of `Ui` may be locked by the thread that panics; there is nobody left to tell of a failure.
        drop(std::io::stderr().write_all(text.as_bytes()));
    }));
}

/// Runs the program and makes exit code 1 of a panic.
pub fn guard(run: impl FnOnce() -> ExitCode) -> ExitCode {
    install_hook();
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        drop(payload);
        ExitCode::from(exit::UNEXPECTED)
    })
}

fn place(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(
        || "an unknown place".to_owned(),
        |location| format!("{}:{}:{}", shortened(location.file()), location.line(), location.column()),
    )
}

/// Leaves out where the source lay on the machine that built this program.
fn shortened(file: &str) -> String {
    let file = file.replace('\\', "/");
    let after = |mark: &str| file.split_once(mark).map(|(_, rest)| rest);
    let in_registry = after("/registry/src/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    let in_standard_library = after("/rustc/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    in_registry.or(in_standard_library).unwrap_or(&file).to_owned()
}

fn defect_document(place: &str) -> Document {
    let place = line!("lobu hit a defect at {}; this is not your project's fault", place);
    let advice = "please report that place and what you ran; if this was an apply, running it again is safe";
    Document::new().line(line!("{}{}", Style::Error.of("error: "), place)).line(line!(
        "{}{}",
        Style::Hint.of("help: "),
        advice
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defects_show_their_place() {
        insta::assert_snapshot!(defect_document("src/x.rs:10:5").to_plain(), @r"
        error: lobu hit a defect at src/x.rs:10:5; this is not your project's fault
        help: please report that place and what you ran; if this was an apply, running it again is safe
        ");
    }

    #[test]
    fn places_do_not_tell_of_the_machine_that_built_it() {
        let table = [
            ("src/ui/panic.rs", "src/ui/panic.rs"),
            ("/home/x/.cargo/registry/src/index-1949cf8c6b5b557f/similar-3.2.1/src/lib.rs", "similar-3.2.1/src/lib.rs"),
            ("/rustc/59807616/library/core/src/option.rs", "library/core/src/option.rs"),
            ("C:\\cargo\\registry\\src\\index\\a-1\\src\\b.rs", "a-1/src/b.rs"),
        ];
        for (file, expected) in table {
            assert_eq!(shortened(file), expected);
        }
    }
}
