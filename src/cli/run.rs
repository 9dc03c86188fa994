use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::{ArgMatches, FromArgMatches as _};

use crate::clock;
use crate::commands::options::Format;
use crate::commands::secrets::SecretsCommand;
use crate::commands::{
    Outcome, Session, apply, check_clock, completions, context, dev, doctor, drift, explain, graph, init, login,
    logout, org, plan, pull, schema, secrets, show, token, validate, whoami,
};
use crate::env::{Environment, TimeLimit, Variable};
use crate::error::{CommandError, exit};
use crate::model::Diagnostic;
use crate::render::document::{Document, line};
use crate::render::json;
use crate::ui::Ui;
use crate::ui::log::{self, Level, LogRecord, LogSinks};

use super::command_line::{Cli, Verb};
use super::complete;
use super::help::{asks_for_all, command};
use super::logs;
use super::man;
use super::usage_error;

/// Runs the program and gives its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(asked) = complete::asked(&arguments) {
        return complete::answer(&asked);
    }
    let (cli, end) = match parse(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => return usage_error::show(error, &arguments),
    };
    let environment = Environment::of_process();
    let ui = Ui::new(cli.output.resolved(&environment));
    let state = environment.state_directory();
    let is_apply = matches!(&cli.verb, Verb::Apply(_));
    let record = is_apply.then(LogRecord::default);
    let file = match cli.log_file.as_deref().map(logs::open).transpose() {
        Ok(file) => file.map(|file| Arc::new(Mutex::new(file))),
        Err(error) => return ExitCode::from(end.code(&ui, &[], Err(error))),
    };
    log::init(level(cli.output.verbose, &environment), &ui, LogSinks { file, record: record.clone() });
    let limit = cli.timeout.map(TimeLimit::starting_now);
    let (result, found) = match Session::start(ui.clone(), environment, cli.ca_file.as_deref(), limit) {
        Ok(session) => {
            let result = dispatch(&session, cli.verb);
            (result, session.diagnostics())
        }
        Err(error) => (Err(error), Vec::new()),
    };
    let code = end.code(&ui, &found, result);
    if let Some(record) = record.filter(|_| logs::leaves_log(code)) {
        tell_log(&ui, state.as_deref(), &record);
    }
    match ui.finish() {
        Ok(()) => ExitCode::from(code),
        Err(error) => {
            let hint = format!("The command itself had ended with exit code {code}: what it wrote stays written.");
            let error = error.hint(hint);
            ui.failure(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// The level of the log on stderr: that of `LOBU_LOG`, or the more detailed one of `-v` and `-vv`.
fn level(verbose: u8, environment: &Environment) -> Level {
    let by_flag = match verbose {
        0 => Level::default(),
        1 => Level::Debug,
        _ => Level::Trace,
    };
    match environment.text(Variable::Log).and_then(Level::from_word) {
        Some(level) if verbose == 0 => level,
        Some(level) => level.max(by_flag),
        None => by_flag,
    }
}

/// Keeps the log of an apply that did not succeed, and says where, as the last line.
fn tell_log(ui: &Ui, state: Option<&Path>, record: &LogRecord) {
    let Some(state) = state else { return };
    let line = match logs::keep(state, &record.text()) {
        Ok(path) => line!("Log: {}", path.display()),
        Err(error) => return ui.warning(line!("the log of this run cannot be kept: {}", error.kind())),
    };
    ui.notice(&Document::from(line));
}

fn parse(arguments: &[OsString]) -> Result<(Cli, End), clap::Error> {
    let mut command = command(asks_for_all(arguments));
    let matches = command.try_get_matches_from_mut(arguments)?;
    let end = End::of(&matches);
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((cli, end))
}

/// How the end of a verb is told.
#[derive(Clone, Copy)]
struct End {
    json: bool,
    detailed: bool,
}

impl End {
    /// What the flags of the verb say that was typed, if it has them.
    fn of(matches: &ArgMatches) -> Self {
        let mut verb = matches;
        while let Some((_, inner)) = verb.subcommand() {
            verb = inner;
        }
        let flag = |name: &str| verb.try_get_one::<bool>(name).ok().flatten().copied();
        let format = verb.try_get_one::<Format>("output_format").ok().flatten().copied();
        // A plan is always a dry run.
        let is_dry_run = flag("dry_run").unwrap_or(true);
        Self {
            json: flag("json").unwrap_or_default() || format == Some(Format::Json),
            detailed: flag("detailed_exitcode").unwrap_or_default() && is_dry_run,
        }
    }

    /// `found` is what was found in the project's files.
    fn code(self, ui: &Ui, found: &[Diagnostic], result: Result<Outcome, CommandError>) -> u8 {
        match result {
            Ok(Outcome::Changes) if self.detailed => exit::detailed::CHANGES,
            Ok(Outcome::Done | Outcome::Changes) => exit::DONE,
            Err(error) => {
                // With --json stdout is one document, errors too: this one, unless the plan was written already.
                if self.json && !ui.has_product() {
                    ui.product_json(&json::error(&error, found));
                }
                if !error.is_shown {
                    ui.failure(&error);
                }
                if self.detailed { exit::detailed::ERROR } else { error.exit_code() }
            }
        }
    }
}

fn dispatch(session: &Session, verb: Verb) -> Result<Outcome, CommandError> {
    match verb {
        Verb::Init(args) => block_on(init::run(session, &args)),
        Verb::Apply(args) => block_on(apply::run(session, &args)),
        Verb::Plan(args) => block_on(plan::run(session, *args)),
        Verb::Pull(args) => block_on(pull::run(session, &args)),
        Verb::Drift(args) => block_on(drift::run(session, *args)),
        Verb::Show(args) if args.is_remote() => block_on(show::run_remote(session, &args)),
        Verb::Show(args) => show::run(session, &args),
        Verb::Graph(args) => graph::run(session, &args),
        Verb::Validate(args) => validate::run(session, &args),
        Verb::Explain(args) => explain::run(session, &args),
        Verb::Schema(args) => schema::run(session, &args),
        Verb::Secrets(SecretsCommand::Push(args)) => block_on(secrets::push::run(session, &args)),
        Verb::Secrets(SecretsCommand::Set(args)) => block_on(secrets::set::run(session, &args)),
        Verb::Secrets(SecretsCommand::List(args)) => block_on(secrets::list::run(session, &args)),
        Verb::Secrets(SecretsCommand::Delete(args)) => block_on(secrets::delete::run(session, &args)),
        Verb::Secrets(SecretsCommand::Local(command)) => secrets::local::run(session, &command),
        Verb::Doctor(args) => block_on(doctor::run(session, &args)),
        Verb::Login(args) => block_on(login::run(session, &args)),
        Verb::Logout(args) => block_on(logout::run(session, &args)),
        Verb::Whoami(args) => block_on(whoami::run(session, &args)),
        Verb::Token(args) => block_on(token::run(session, &args)),
        Verb::Context(command) => block_on(context::run(session, &command)),
        Verb::Org(command) => block_on(org::run(session, &command)),
        Verb::Dev(args) => block_on(dev::run(session, &args)),
        Verb::Completions(args) => completions::run(session, &args),
        Verb::Man(args) => man::run(session, &args),
    }
}

fn block_on(work: impl Future<Output = Result<Outcome, CommandError>>) -> Result<Outcome, CommandError> {
    check_clock(clock::now())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
