use super::{Dotenv, parse};
use crate::model::{Diagnostic, Family};
use crate::project::directory::{ProjectDirectory, display_path};

/// Reads a `.env` file of the project, none if there is none; told of lines that are wrong as by [`parse`].
pub fn read_dotenv(directory: &ProjectDirectory, path: &str) -> Result<Option<Dotenv>, Vec<Diagnostic>> {
    let text = directory
        .read_secret_text(path, directory.limits().dotenv)
        .map_err(|error| vec![error.diagnostic(Family::Project)])?;
    let Some(text) = text else { return Ok(None) };
    let file = display_path(path);
    parse(&text).map(Some).map_err(|problems| problems.iter().map(|problem| problem.diagnostic(&file)).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_file_beside_lobu_toml_is_read() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        assert!(read_dotenv(&directory, ".env").unwrap().is_none());
        fs::write(temporary.path().join(".env"), "TOKEN=hunter2\n").unwrap();
        let dotenv = read_dotenv(&directory, ".env").unwrap().unwrap();
        assert_eq!(dotenv.value("TOKEN").unwrap().as_str(), "hunter2");
        fs::write(temporary.path().join(".env"), b"TOKEN=hunter2\nhunter2 \xFF\n").unwrap();
        let diagnostics = read_dotenv(&directory, ".env").unwrap_err();
        assert_eq!((diagnostics[0].code, diagnostics[0].position.as_ref().unwrap().line), ("not-utf8", 2));
        fs::write(temporary.path().join(".env"), "hunter2\n").unwrap();
        let diagnostics = read_dotenv(&directory, ".env").unwrap_err();
        assert_eq!(diagnostics[0].code, "dotenv-malformed");
        assert!(!format!("{diagnostics:?}").contains("hunter2"));
    }
}
