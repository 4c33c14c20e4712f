//! Turns `locales/*.json` into checked keys (`src/i18n.rs`).
//!
//! The macro of `leptos_i18n` cannot switch on plain strings with values in them, and its build crate compiles a whole generator of ICU
//! data that we do not need. Both stand on these two crates, which the macro brings along anyway.

use std::error::Error;
use std::path::PathBuf;

use leptos_i18n_parser::parse_locales::cfg_file::ConfigFile;
use leptos_i18n_parser::parse_locales::options::Config;
use leptos_i18n_parser::parse_locales::parse_locales;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=migrations");

    let mut folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut config: Config = ConfigFile::new(&mut folder)?.into();
    config.options = config.options.interpolate_display(true);
    let locales = parse_locales(Some(folder), config)?;
    let code = leptos_i18n_codegen::gen_code(&locales, None, false, None, false)?;
    std::fs::write(
        PathBuf::from(std::env::var("OUT_DIR")?).join("i18n.rs"),
        code.to_string(),
    )?;
    Ok(())
}
