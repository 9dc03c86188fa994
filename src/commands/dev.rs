//! `lobu dev`: a local server for development.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{CommandError, ErrorKind};
use crate::model::OrgSlug;
use crate::project::config::{self, ReadOptions};
use crate::project::directory::ProjectDirectory;
use crate::render::document::{Document, Style, line};
use crate::schema::ALL;
use crate::server::beside_runtime;
use crate::server::{
    Database, ExposedOrgs, RequestCounter, ServerOptions, Store, StoreError, Transport, bind_loopback, router,
    serve_tcp,
};
use crate::target::{DEFAULT_ORG, ProjectPins, local_database};

use super::interrupts::Interrupts;
use super::{Outcome, Session};

/// Run a local Lobu server for development
#[derive(Debug, Args)]
pub struct DevArgs {
    /// Listen on this port of 127.0.0.1 (0 selects a free port)
    #[arg(long, value_name = "PORT", default_value_t = 8787)]
    port: u16,
    /// Use this database
    #[arg(long = "db", value_name = "PATH", conflicts_with = "memory")]
    database: Option<PathBuf>,
    /// Keep all data in memory
    #[arg(long)]
    memory: bool,
    /// Also serve these orgs
    #[arg(long = "org", value_name = "SLUG", num_args = 1..)]
    orgs: Vec<String>,
}

/// The file that holds the bootstrap token, beside the database.
const TOKEN_FILE: &str = "bootstrap-pat.txt";

/// Serves the embedded org on a loopback port until it is interrupted.
pub async fn run(session: &Session, args: &DevArgs) -> Result<Outcome, CommandError> {
    let interrupts = Interrupts::listen();
    let orgs = orgs(session, args)?;
    let location = data_location(session, args)?;
    let (database, token_file, slugs) = (location.database.clone(), location.token_file(), orgs.clone());
    let store = beside_runtime(move || open(&database, &token_file, &slugs)).await?;
    let listener = bind_loopback(args.port).await.map_err(|error| {
        let message = format!("port {} on 127.0.0.1 can't be used: {}", args.port, error.kind());
        CommandError::new(ErrorKind::Unexpected, message).hint("Choose another one with --port, or 0 for any.")
    })?;
    let address = listener.local_addr()?;
    let options = ServerOptions {
        transport: Transport::Loopback,
        orgs: ExposedOrgs::Only(orgs.clone()),
        origin: format!("http://{address}"),
        session: None,
        counter: RequestCounter::default(),
    };
    session.ui.product(&greeting(address, &orgs, &location));
    serve_tcp(listener, router(store.clone(), options), interrupts.wait()).await?;
    beside_runtime(move || {
        store.checkpoint();
        Ok(())
    })
    .await?;
    session.ui.status(&Document::from(line!("Stopped.")));
    Ok(Outcome::Done)
}

/// Where the data lies; a directory of its own holds the token where the database is in memory.
struct DataLocation {
    database: Database,
    directory: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl DataLocation {
    fn token_file(&self) -> PathBuf {
        self.directory.join(TOKEN_FILE)
    }
}

fn data_location(session: &Session, args: &DevArgs) -> Result<DataLocation, CommandError> {
    if args.memory {
        let temporary = tempfile::Builder::new().prefix("lobu-dev-").tempdir();
        let temporary = temporary?;
        let directory = temporary.path().to_owned();
        return Ok(DataLocation { database: Database::Memory, directory, _temporary: Some(temporary) });
    }
    let database = local_database(args.database.as_deref(), &session.environment)?;
    let database = session.working_directory.join(database);
    let directory = database.parent().map_or_else(|| session.working_directory.clone(), Path::to_owned);
    Ok(DataLocation { database: Database::File(database), directory, _temporary: None })
}

fn open(database: &Database, token_file: &Path, orgs: &BTreeSet<String>) -> Result<Store, StoreError> {
    let store = Store::open(database)?;
    for org in orgs {
        store.ensure_org(org, org)?;
    }
    store.bootstrap_token(token_file)?;
    Ok(store)
}

fn orgs(session: &Session, args: &DevArgs) -> Result<BTreeSet<String>, CommandError> {
    let mut orgs = BTreeSet::from([DEFAULT_ORG.to_owned()]);
    for slug in &args.orgs {
        let slug = OrgSlug::parse(slug)?;
        orgs.insert(slug.to_string());
    }
    orgs.extend(of_project(&session.working_directory));
    Ok(orgs)
}

/// The org of the project in the working directory, by its pin or its name; none if it can't be read: serving is not about its
/// errors.
fn of_project(working_directory: &Path) -> Option<String> {
    let directory = ProjectDirectory::find(working_directory, &[]).ok()?;
    let text = directory.read_text(ProjectDirectory::FILE, directory.limits().lobu_toml).ok()??;
    let (config, _) = config::read(&ALL, &text, ProjectDirectory::FILE, ReadOptions::default());
    let pins = ProjectPins::of(&config?, directory.location());
    let by_name = pins.project.map(|project| project.org());
    pins.org.or(by_name).map(|slug| slug.to_string())
}

fn greeting(address: SocketAddr, orgs: &BTreeSet<String>, location: &DataLocation) -> Document {
    let origin = format!("http://{address}");
    let org = orgs.iter().find(|org| *org != DEFAULT_ORG).map_or(DEFAULT_ORG, String::as_str);
    let token = location.token_file();
    let command = format!("  LOBU_API_TOKEN=$(cat '{}') lobu plan --url {origin} --org {org}", token.display());
    let data = match &location.database {
        Database::Memory => "memory only, gone when this ends".to_owned(),
        Database::File(path) => path.display().to_string(),
    };
    let orgs = orgs.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let row = |label: &'static str, text: &str| line!("{}{}", Style::Dim.of(label), text);
    Document::new()
        .line(line!("Serving an embedded org, in which no agent runs. Ctrl-C stops it."))
        .line(row("  server  ", &origin))
        .line(row("  orgs    ", &orgs))
        .line(row("  data    ", &data))
        .line(row("  token   ", &token.display().to_string()))
        .line(line!("From another terminal, in a project:"))
        .line(line!("{}", &command))
}
