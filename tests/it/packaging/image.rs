//! The image, by its text: no engine that builds images is at hand here.

use super::text;

/// What is wrong with a Dockerfile.
fn broken(dockerfile: &str) -> Vec<&'static str> {
    let joined = dockerfile.replace("\\\n", " ");
    let instructions: Vec<&str> =
        joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let last = instructions.iter().rposition(|line| line.starts_with("FROM ")).unwrap_or_default();
    let (build, image) = instructions.split_at(last);
    let of = |name: &str| image.iter().rev().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let user = of("USER ").split(':').next().and_then(|user| user.parse::<u32>().ok());
    let build = build.join("\n");
    let rules = [
        (of("FROM ") == "scratch", "the base is not empty"),
        (user.is_some_and(|user| user > 0), "it runs as root"),
        (of("ENTRYPOINT ") == "[\"/lobu\"]", "a shell starts it"),
        (!image.iter().any(|line| line.starts_with("RUN ") || line.starts_with("ADD ")), "more than files"),
        (
            image.iter().filter(|line| line.starts_with("COPY ")).all(|line| line.starts_with("COPY --from=build ")),
            "files that are not of the build",
        ),
        (of("ENV ").contains("SSL_CERT_FILE=/ca-certificates.crt"), "it trusts no certificate"),
        (build.contains("cargo build --release --locked --bin lobu"), "it is not built from the lock file"),
        (
            build.contains("-alpine") && !build.contains("curl ") && !build.contains("wget "),
            "not static, or downloaded",
        ),
        (!joined.contains("TOKEN=") && !joined.contains("ARG LOBU"), "a secret in a layer"),
    ];
    rules.iter().filter(|(holds, _)| !holds).map(|(_, what)| *what).collect()
}

#[test]
fn the_image_keeps_its_rules() {
    let dockerfile = text("packaging/Dockerfile");
    assert_eq!(broken(&dockerfile), [""; 0]);
    let toolchain = text("Cargo.toml")
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = \"1.")?.strip_suffix('"')?.parse::<u32>().ok());
    let image = dockerfile.split_once("=rust:1.").and_then(|(_, rest)| rest.split_once('-')?.0.parse::<u32>().ok());
    assert!(image >= toolchain && toolchain.is_some(), "{image:?} {toolchain:?}");
    for name in [".git", "/target"] {
        assert!(text("packaging/Dockerfile.dockerignore").lines().any(|line| line == name), "{name}");
    }
}

#[test]
fn each_rule_of_the_image_finds_its_mutant() {
    let dockerfile = text("packaging/Dockerfile");
    for (from, to, finding) in [
        ("FROM scratch", "FROM debian", "the base is not empty"),
        ("USER 65532:65532", "USER 0", "it runs as root"),
        ("USER 65532:65532\n", "", "it runs as root"),
        ("[\"/lobu\"]", "/lobu", "a shell starts it"),
        ("WORKDIR /project\n", "RUN true\n", "more than files"),
        ("COPY --from=build /image /", "COPY . /", "files that are not of the build"),
        (" SSL_CERT_FILE=/ca-certificates.crt", "", "it trusts no certificate"),
        ("--release --locked", "--release", "it is not built from the lock file"),
        ("RUN cargo", "RUN curl x && cargo", "not static, or downloaded"),
        ("ENV HOME", "ENV LOBU_API_TOKEN=x HOME", "a secret in a layer"),
    ] {
        let mutant = dockerfile.replacen(from, to, 1);
        assert_ne!(mutant, dockerfile, "{from}");
        assert!(broken(&mutant).contains(&finding), "{from} → {to}: {:?}", broken(&mutant));
    }
}
