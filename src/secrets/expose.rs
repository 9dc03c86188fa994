//! The one function that shows a secret's text. Only `org::http` imports it, to write requests and their authorization.

use super::SecretValue;

/// Shows the text of a value to what writes a request.
pub(crate) fn expose(value: &SecretValue) -> &str {
    value.text()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    fn sources(directory: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, found);
            } else if fs::read_to_string(&path).unwrap().contains("expose::expose") {
                found.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }

    #[test]
    fn only_what_writes_requests_imports_it() {
        let mut found = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        found.sort();
        assert_eq!(found, ["client.rs", "encode.rs", "expose.rs", "failure.rs"]);
    }
}
