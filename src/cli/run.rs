use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use clap::error::{ContextKind, ContextValue, ErrorKind as ClapErrorKind};

use crate::commands::{
    self, Apply, Dev, Doctor, Drift, LocalAction, Outcome, ProjectOptions, Pull, SecretsDelete, SecretsList,
    SecretsLocal, SecretsPush, Session, SourceChoice, SourceFormat, Validate,
};
use crate::env::{self, Environment, Variable};
use crate::error::{CommandError, exit};
use crate::plan::Only;
use crate::pull::PullFamily;
use crate::render::document::{Document, Line};
use crate::render::{self, json};
use crate::secrets::protect;
use crate::target::TargetFlags;
use crate::ui::log::{self, Level};
use crate::ui::{ColorChoice, Options, Ui, Verbosity};

use super::args::{
    ApplyArgs, Color, DevArgs, DirectoryArgs, DoctorArgs, DriftArgs, Family, FileFormat, LocalDeleteArgs,
    LocalListArgs, LocalSetArgs, LocalVerb, OutputArgs, PlanningArgs, ProjectArgs, PullArgs, PullFamilyArg,
    SecretsArgs, SecretsDeleteArgs, SecretsListArgs, SecretsPushArgs, SecretsVerb, TargetArgs, Verb,
};
use super::{Cli, account_verbs, moved, unquoted};

/// Runs the program and gives its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) if unquoted::is_about_secrets(&arguments) => return usage(&unquoted::without_values(error)),
        Err(error) => return usage(&error),
    };
    let environment = Environment::of_process();
    let ui = Ui::new(output(&cli.output, &environment));
    let level = environment.text(Variable::Log).and_then(Level::from_word).unwrap_or_default();
    log::init(level, &ui);
    let style = Style::of(&cli.verb);
    let result = working_directory().and_then(|working_directory| {
        let authorities =
            cli.ca_file.map(|path| commands::read_authorities(&working_directory.join(path))).transpose()?;
        let environment = match authorities {
            Some(pem) => environment.with_authorities(pem),
            None => environment,
        };
        let session = Session { ui: ui.clone(), environment: Arc::new(environment), working_directory };
        carry_out(&session, cli.verb)
    });
    let code = finish(&ui, style, result);
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

/// clap's own errors and help: its exit code for usage is ours too.
fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to tell it to if the stream is closed.
    drop(error.print());
    if error.kind() == ClapErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(verb)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(hint) = moved::hint(verb)
    {
        let line = Line::new().literal(render::document::Style::Hint, "hint: ").plain(hint);
        Ui::new(Options::default()).notice(&Document::from(line.prose(6)));
    }
    match error.kind() {
        ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion => ExitCode::from(exit::DONE),
        _ => ExitCode::from(exit::USAGE),
    }
}

/// How a verb's end is told.
#[derive(Clone, Copy)]
struct Style {
    json: bool,
    detailed: bool,
}

impl Style {
    fn of(verb: &Verb) -> Self {
        match verb {
            Verb::Apply(args) => {
                let PlanningArgs { json, detailed_exitcode, .. } = args.planning;
                Self { json, detailed: detailed_exitcode && args.dry_run }
            }
            Verb::Plan(args) => {
                let PlanningArgs { json, detailed_exitcode, .. } = args.planning;
                Self { json, detailed: detailed_exitcode }
            }
            Verb::Secrets(SecretsArgs { verb }) => {
                let json = match verb {
                    SecretsVerb::Push(args) => args.json,
                    SecretsVerb::List(args) => args.json,
                    SecretsVerb::Delete(args) => args.json,
                    SecretsVerb::Local(_) => false,
                };
                Self { json, detailed: false }
            }
            Verb::Pull(args) => Self { json: args.json, detailed: false },
            Verb::Drift(args) => Self { json: args.json, detailed: false },
            Verb::Doctor(args) => Self { json: args.json, detailed: false },
            Verb::Validate(_)
            | Verb::Dev(_)
            | Verb::Login(_)
            | Verb::Logout(_)
            | Verb::Whoami(_)
            | Verb::Token(_)
            | Verb::Context(_)
            | Verb::Org(_) => Self { json: false, detailed: false },
        }
    }
}

fn finish(ui: &Ui, style: Style, result: Result<Outcome, CommandError>) -> u8 {
    match result {
        Ok(Outcome::Changes) if style.detailed => exit::detailed::CHANGES,
        Ok(Outcome::Done | Outcome::Changes) => exit::DONE,
        Err(error) => {
            // With --json stdout is one document, errors too (P2): this one, unless the plan was written already.
            if style.json && !ui.has_product() {
                ui.product_json(&json::error(&error, &[]));
            }
            ui.failure(&error);
            if style.detailed { exit::detailed::ERROR } else { error.exit_code() }
        }
    }
}

fn working_directory() -> Result<std::path::PathBuf, CommandError> {
    env::working_directory()
        .map_err(|error| CommandError::usage(format!("the working directory can't be used: {}", error.kind())))
}

fn carry_out(session: &Session, verb: Verb) -> Result<Outcome, CommandError> {
    match verb {
        Verb::Apply(args) => {
            let command = apply(*args);
            block_on(async { commands::apply(session, &command).await })
        }
        Verb::Plan(args) => {
            let args = *args;
            let command = Apply { dry_run: true, ..planned(args.planning, args.project, args.target) };
            block_on(async { commands::apply(session, &command).await })
        }
        Verb::Pull(args) => {
            let command = pull(*args);
            block_on(async { commands::pull(session, &command).await })
        }
        Verb::Drift(args) => {
            let DriftArgs { selectors, full, json, parallelism, project: project_args, target: target_args } = *args;
            let (project, target) = (project(project_args), target(target_args));
            let parallelism = usize::from(parallelism);
            let command = Drift { selectors, json, full, parallelism, project, target };
            block_on(async { commands::drift(session, &command).await })
        }
        Verb::Validate(args) => {
            let command = Validate { fix: args.fix, project: project(args.project) };
            commands::validate(session, &command)
        }
        Verb::Secrets(SecretsArgs { verb }) => secrets(session, verb),
        Verb::Doctor(args) => {
            let command = doctor(*args);
            block_on(async { commands::doctor(session, &command).await })
        }
        Verb::Login(args) => {
            protect();
            let command = account_verbs::login(args);
            block_on(async { commands::login(session, &command).await })
        }
        Verb::Logout(args) => {
            let command = account_verbs::logout(args);
            block_on(async { commands::logout(session, &command).await })
        }
        Verb::Whoami(args) => {
            let command = account_verbs::whoami(args);
            block_on(async { commands::whoami(session, &command).await })
        }
        Verb::Token(args) => {
            let command = account_verbs::token(args);
            block_on(async { commands::token(session, &command).await })
        }
        Verb::Context(command) => commands::context(session, &account_verbs::context(command)),
        Verb::Org(command) => {
            let command = account_verbs::org(command);
            block_on(async { commands::org(session, &command).await })
        }
        Verb::Dev(DevArgs { port, db, memory, org }) => {
            let command = Dev { port, database: db, memory, orgs: org };
            block_on(async { commands::dev(session, &command).await })
        }
    }
}

fn secrets(session: &Session, verb: SecretsVerb) -> Result<Outcome, CommandError> {
    // Before a file, stdin or the terminal gives anything: what is read is a secret before it is a value (K7).
    protect();
    match verb {
        SecretsVerb::Push(args) => {
            let command = push(*args);
            block_on(async { commands::secrets_push(session, &command).await })
        }
        SecretsVerb::List(SecretsListArgs { json, directory, target: target_args }) => {
            let command = SecretsList { json, project: around(directory), target: target(target_args) };
            block_on(async { commands::secrets_list(session, &command).await })
        }
        SecretsVerb::Delete(args) => {
            let SecretsDeleteArgs { names, force, dry_run, yes, json, directory, target: target_args } = args;
            let (project, target) = (around(directory), target(target_args));
            let command = SecretsDelete { names, force, yes, dry_run, json, project, target };
            block_on(async { commands::secrets_delete(session, &command).await })
        }
        SecretsVerb::Local(verb) => local(session, verb),
    }
}

fn push(args: SecretsPushArgs) -> SecretsPush {
    let SecretsPushArgs {
        names,
        from_dotenv,
        from_file,
        from_stdin,
        from_process,
        format,
        all,
        rotate,
        dry_run,
        yes,
        yes_rotate,
        if_supported,
        json,
        project: project_args,
        target: target_args,
    } = args;
    let source = match (from_file, from_stdin) {
        (Some(path), _) => SourceChoice::File(path),
        (None, true) => SourceChoice::Stdin,
        (None, false) if !from_process.is_empty() => SourceChoice::Process(from_process),
        (None, false) if from_dotenv => SourceChoice::Dotenv,
        (None, false) => SourceChoice::OfTarget,
    };
    let format = format.map(|format| match format {
        FileFormat::Dotenv => SourceFormat::Dotenv,
        FileFormat::Json => SourceFormat::Json,
    });
    let (project, target) = (project(project_args), target(target_args));
    SecretsPush { names, source, format, rotate, all, yes, yes_rotate, dry_run, json, if_supported, project, target }
}

/// The project around a command that reads nothing of it but where it belongs.
fn around(args: DirectoryArgs) -> ProjectOptions {
    ProjectOptions { directory: args.directory, ..ProjectOptions::default() }
}

fn local(session: &Session, verb: LocalVerb) -> Result<Outcome, CommandError> {
    let (directory, action) = match verb {
        LocalVerb::Set(LocalSetArgs { name, more, directory }) => {
            (directory, LocalAction::Set { name, has_value_argument: !more.is_empty() })
        }
        LocalVerb::List(LocalListArgs { directory }) => (directory, LocalAction::List),
        LocalVerb::Delete(LocalDeleteArgs { names, directory }) => (directory, LocalAction::Delete { names }),
    };
    commands::secrets_local(session, &SecretsLocal { directory: directory.directory, action })
}

fn block_on(work: impl Future<Output = Result<Outcome, CommandError>>) -> Result<Outcome, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

fn output(args: &OutputArgs, environment: &Environment) -> Options {
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    };
    let color = match args.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    Options {
        color,
        no_color: environment.is_set(Variable::NoColor),
        dumb: environment.text(Variable::Term) == Some("dumb"),
        verbosity,
        no_input: args.no_input,
        ci: environment.is_set(Variable::Ci),
    }
}

fn apply(args: ApplyArgs) -> Apply {
    let ApplyArgs { planning, dry_run, yes, allow_clear, send_secret_values, keep_going, no_recheck, project, target } =
        args;
    let planned = planned(planning, project, target);
    Apply { dry_run, yes, allow_clear, send_secret_values, keep_going, no_recheck, ..planned }
}

fn pull(args: PullArgs) -> Pull {
    let PullArgs {
        selectors,
        dry_run,
        yes,
        force,
        all,
        include,
        exclude,
        init,
        prune_local,
        allow_suspected,
        full,
        json,
        parallelism,
        project: project_args,
        target: target_args,
    } = args;
    let families = |families: Vec<PullFamilyArg>| families.into_iter().map(family).collect();
    Pull {
        selectors,
        dry_run,
        yes,
        force,
        all,
        include: families(include),
        exclude: families(exclude),
        init,
        prune_local,
        allow_suspected,
        full,
        json,
        parallelism: usize::from(parallelism),
        project: project(project_args),
        target: target(target_args),
    }
}

fn doctor(args: DoctorArgs) -> Doctor {
    let DoctorArgs { fix, offline, memory_only, bundle, json, project: project_args, target: target_args } = args;
    let (project, target) = (project(project_args), target(target_args));
    Doctor { json, fix, offline, memory_only, bundle, project, target }
}

fn family(family: PullFamilyArg) -> PullFamily {
    match family {
        PullFamilyArg::Agents => PullFamily::Agents,
        PullFamilyArg::Platforms => PullFamily::Platforms,
        PullFamilyArg::Memory => PullFamily::Memory,
    }
}

fn planned(planning: PlanningArgs, project_args: ProjectArgs, target_args: TargetArgs) -> Apply {
    let PlanningArgs {
        selectors,
        only,
        json,
        show_unchanged,
        full,
        all,
        prune,
        expect,
        resend_secrets,
        env_file,
        require_secrets,
        detailed_exitcode: _,
        parallelism,
    } = planning;
    let only = only.map(|family| match family {
        Family::Agents => Only::Agents,
        Family::Memory => Only::Memory,
    });
    Apply {
        selectors,
        only,
        json,
        show_unchanged,
        full,
        all,
        prune,
        expect,
        resend_secrets,
        env_file,
        require_secrets,
        parallelism: usize::from(parallelism),
        project: project(project_args),
        target: target(target_args),
        ..Apply::default()
    }
}

fn project(args: ProjectArgs) -> ProjectOptions {
    let ProjectArgs { directory, allow_path, allow_unknown_keys, deny_warnings } = args;
    ProjectOptions { directory, allow_path, allow_unknown_keys, deny_warnings }
}

fn target(args: TargetArgs) -> TargetFlags {
    let TargetArgs { target, url, context, org, db, allow_insecure_http } = args;
    TargetFlags { target, url, context, org, database: db, allow_insecure_http }
}
