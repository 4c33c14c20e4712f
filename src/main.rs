//! The `speakle` program: command line → settings → state → serve.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};
use leptos::config::{LeptosOptions, get_configuration};
use speakle::accounts::roles::model::Role;
use speakle::accounts::roles::service::{Granted, grant};
use speakle::check::check;
use speakle::kernel::clock::Clock;
use speakle::kernel::error::AppError;
use speakle::onboarding::service::{SeedOutcome, seed_demo};
use speakle::realtime::presence::GRACE;
use speakle::serve::Server;
use speakle::server::config::Config;
use speakle::server::db::Db;
use speakle::server::site;
use speakle::server::state::AppState;
use speakle::server::telemetry;
use tokio::net::TcpListener;

/// Says where the built pages are.
const LEPTOS_TOML: &str = "Leptos.toml";

/// The language-exchange platform in one program.
#[derive(Parser)]
#[command(
    name = "speakle",
    version,
    about,
    long_about = None,
    override_usage = "speakle [COMMAND]",
    after_help = "Without a command it serves, as `speakle serve` does. `speakle serve --help` lists the settings."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the database up to date and serves
    Serve {
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Brings the database up to date
    Migrate {
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Fills an empty database with believable people; two of them are ana and ben, password speakle-demo
    Demo {
        /// How many
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
        people: u32,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// What only who has this machine may do
    Admin {
        #[command(subcommand)]
        task: Task,
    },
    /// Says what of the settings works, a line each: database, bus, mail, files, Google, STUN, TURN; fails if something that is set does not
    Check {
        #[command(flatten)]
        config: Box<Config>,
    },
}

#[derive(Subcommand)]
enum Task {
    /// Gives a person a role; with another one they sign in anew everywhere
    Grant {
        /// Who
        username: String,
        /// What they may from now on
        #[arg(value_parser = role())]
        role: Role,
        #[command(flatten)]
        config: Box<Config>,
    },
}

/// Reads the name of a role.
fn role() -> impl clap::builder::TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::name)).try_map(|name| Role::parse(&name).ok_or("not a role"))
}

impl Command {
    fn config(&self) -> &Config {
        match self {
            Self::Serve { config } | Self::Migrate { config } | Self::Demo { config, .. } | Self::Check { config } => {
                config
            }
            Self::Admin {
                task: Task::Grant { config, .. },
            } => config,
        }
    }
}

fn main() -> ExitCode {
    // Without a command it serves: that is what a process manager and cargo-leptos start.
    let mut line: Vec<_> = std::env::args_os().collect();
    if line.len() == 1 {
        line.push("serve".into());
    }
    let cli = match Cli::try_parse_from(line) {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) => {
            eprintln!("{}", in_one_line(&error));
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    if let Err(words) = cli.command.config().agrees() {
        eprintln!("{words}");
        return ExitCode::from(2);
    }
    // More would only be asked of a machine that forbids it; less is reported by the sockets that then fail.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A complaint about a setting as one line: what it is, and what would be right. An address that may hold a password is left out.
fn in_one_line(error: &clap::Error) -> String {
    let mut error_text = error.to_string();
    if let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue)
        && value.contains('@')
    {
        error_text = error_text.replace(value, "…");
    }
    let lines: Vec<&str> = error_text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}

async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Serve { config } => {
            telemetry::start(&config)?;
            serve(*config).await
        }
        Command::Migrate { config } => {
            telemetry::start(&config)?;
            state(*config).await?;
            println!("The database is up to date.");
            Ok(())
        }
        Command::Demo { people, config } => {
            telemetry::start(&config)?;
            let state = state(*config).await?;
            match seed_demo(&state, people)
                .await
                .map_err(|error| format!("demo people: {error}"))?
            {
                SeedOutcome::Filled { people } => {
                    println!("{people} people moved in. Log in as ana or ben with speakle-demo.");
                }
                SeedOutcome::LeftAlone { people } => {
                    println!("{people} people live here already; nothing was changed.");
                }
            }
            state.db.close().await;
            Ok(())
        }
        Command::Admin {
            task: Task::Grant { username, role, config },
        } => {
            telemetry::start(&config)?;
            let state = state(*config).await?;
            let granted = grant(&state, &username, role).await;
            state.db.close().await;
            println!("{}", in_words(granted, &username, role)?);
            Ok(())
        }
        Command::Check { config } => {
            telemetry::start(&config)?;
            let lines = check(&config).await;
            for line in &lines {
                println!("{line}");
            }
            // What is not set need not work.
            let set = lines.iter().filter(|line| line.is_set()).count();
            match lines.iter().filter(|line| line.is_failure()).count() {
                0 => Ok(()),
                1 => Err(format!("1 of {set} does not work.")),
                failures => Err(format!("{failures} of {set} do not work.")),
            }
        }
    }
}

/// What became of giving somebody a role, in one line.
fn in_words(granted: Result<Granted, AppError>, typed: &str, role: Role) -> Result<String, String> {
    let role = role.name();
    match granted {
        Ok(Granted::Changed {
            username,
            before,
            ended,
        }) => {
            let before = before.name();
            let sessions = if ended == 1 {
                "1 session".to_owned()
            } else {
                format!("{ended} sessions")
            };
            Ok(format!(
                "{username} is {role} now, and was {before}. Ended: {sessions}."
            ))
        }
        Ok(Granted::Unchanged { username }) => Ok(format!("{username} is {role} already; nothing was changed.")),
        Err(AppError::NotFound) => Err(format!("USERNAME: there is nobody called {typed:?}")),
        Err(error) => Err(format!("{typed:?} is not given the role: {error}")),
    }
}

/// Opens and migrates the database, and puts the parts together.
async fn state(config: Config) -> Result<AppState, String> {
    let db = Db::open(&config.database_url()).await.map_err(|error| {
        format!("DATABASE_URL: {error}; right would be postgres://user:password@host/database or sqlite:PATH")
    })?;
    db.migrate()
        .await
        .map_err(|error| format!("DATABASE_URL: the database cannot be brought up to date: {error}"))?;
    let leptos = leptos_options(&config)?;
    AppState::new(config, db, Clock::system(), leptos, GRACE)
}

/// Where the built site is: `Leptos.toml` in the working directory, or the variables that cargo-leptos sets.
fn leptos_options(config: &Config) -> Result<LeptosOptions, String> {
    let file = Path::new(LEPTOS_TOML).exists().then_some(LEPTOS_TOML);
    let found = get_configuration(file).map_err(|error| format!("{LEPTOS_TOML}: {error}"))?;
    let mut options = found.leptos_options;
    options.site_addr = config.site_addr;
    Ok(options)
}

/// Whether there are pages to serve.
fn has_pages(config: &Config) -> Result<(), String> {
    let program = std::env::current_exe().unwrap_or_default();
    site::has_pages(&leptos_options(config)?, program.parent().unwrap_or(&program)).map_err(|words| {
        if Path::new(LEPTOS_TOML).exists() {
            words
        } else {
            format!("{words}; there is no {LEPTOS_TOML} in the folder that this was started in")
        }
    })
}

async fn serve(config: Config) -> Result<(), String> {
    // Before anything is made: a start that is refused leaves no database behind.
    has_pages(&config)?;
    let (addr, url) = (config.site_addr, config.public_url());
    let state = state(config).await?;
    let listener = TcpListener::bind(addr)
        .await
        .map_err(|error| format!("LEPTOS_SITE_ADDR: cannot listen on {addr}: {error}"))?;
    println!("Speakle is at {url}");
    let served = Server::new(state).serve(listener, asked_to_stop()).await;
    // What still holds a connection (a socket that does not answer its close) must not hold the process.
    tokio::time::sleep(Duration::from_millis(50)).await;
    served.map_err(|error| format!("serving ended: {error}"))
}

/// Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
