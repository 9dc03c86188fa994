/// The path as diagnostics show it: with `/`, without `./`, doubled or trailing slashes; `.` for the project directory.
///
/// `..` and a leading `/` stay: such a path is refused or allowed as it is written.
pub fn display_path(path: &str) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty() && *step != ".").collect();
    let shown = format!("{root}{}", steps.join("/"));
    if shown.is_empty() { ".".to_owned() } else { shown }
}

/// The path of an entry of a directory, as diagnostics show it.
pub fn join(directory: &str, name: &str) -> String {
    let directory = display_path(directory);
    match directory.as_str() {
        "." => name.to_owned(),
        "/" => format!("/{name}"),
        _ => format!("{directory}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_short() {
        let table = [
            ("", "."),
            (".", "."),
            ("./agents//x/", "agents/x"),
            ("../x", "../x"),
            ("/a/./b", "/a/b"),
            ("/", "/"),
            ("a/../b", "a/../b"),
        ];
        for (path, shown) in table {
            assert_eq!(display_path(path), shown, "{path}");
        }
        assert_eq!(join("", "SOUL.md"), "SOUL.md");
        assert_eq!(join("./a/", "SOUL.md"), "a/SOUL.md");
    }
}
