//! Whether the built pages are there, and are those of this program: without them every page would be bare HTML.

use std::path::Path;

use leptos::config::LeptosOptions;

/// What the file of hashes calls the files that a page asks for first. Their names without hashes depend on how the program was compiled
/// for the last one.
const HASHED: [&str; 3] = ["css", "js", "wasm"];
const UNHASHED: [&str; 2] = ["css", "js"];

/// Looks for the files that every page asks for; the file of their hashes, where there is one, lies in `beside`, the program's folder.
///
/// # Errors
/// One line that says which file is not where, and what would be right.
pub fn has_pages(options: &LeptosOptions, beside: &Path) -> Result<(), String> {
    let folder = Path::new(&*options.site_root).join(&*options.site_pkg_dir);
    let hashes = if options.hash_files {
        let file = beside.join(&*options.hash_file);
        let text = std::fs::read_to_string(&file).map_err(|_| missing(&options.hash_file, beside))?;
        Some(text)
    } else {
        None
    };
    let kinds = if hashes.is_some() { &HASHED[..] } else { &UNHASHED[..] };
    for kind in kinds {
        let hash = hashes.as_deref().and_then(|hashes| hash_of(hashes, kind));
        let name = match hash {
            Some(hash) => format!("{}.{hash}.{kind}", options.output_name),
            None => format!("{}.{kind}", options.output_name),
        };
        if !folder.join(&name).is_file() {
            return Err(missing(&name, &folder));
        }
    }
    Ok(())
}

/// `js: HASH`, a line for each kind.
fn hash_of<'t>(hashes: &'t str, kind: &str) -> Option<&'t str> {
    hashes
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == kind)
        .map(|(_, hash)| hash.trim())
}

fn missing(name: &str, folder: &Path) -> String {
    // Whoever starts it from another folder sees here which one that was.
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    format!(
        "the built pages are not there: {name} is missing in {}; script/run builds them, and right would be to start in a folder with Leptos.toml \
         and target/site of the same build as the program and the hash.txt beside it (or LEPTOS_SITE_ROOT, where the site is elsewhere)",
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(root: &Path, is_hashed: bool) -> LeptosOptions {
        LeptosOptions::builder()
            .output_name("speakle")
            .site_root(root.to_str().unwrap())
            .hash_files(is_hashed)
            .build()
    }

    #[test]
    fn pages_without_hashes_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let options = options(folder.path(), false);
        let said = has_pages(&options, folder.path()).unwrap_err();
        let pkg = folder.path().join("pkg");
        assert!(
            said.contains(&format!("speakle.css is missing in {};", pkg.display())),
            "{said}"
        );
        std::fs::create_dir(&pkg).unwrap();
        std::fs::write(pkg.join("speakle.css"), "").unwrap();
        assert!(
            has_pages(&options, folder.path())
                .unwrap_err()
                .contains("speakle.js is missing")
        );
        std::fs::write(pkg.join("speakle.js"), "").unwrap();
        assert_eq!(has_pages(&options, folder.path()), Ok(()));
    }

    #[test]
    fn pages_with_hashes_are_those_of_this_program() {
        let (site, program) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let pkg = site.path().join("pkg");
        std::fs::create_dir(&pkg).unwrap();
        let options = options(site.path(), true);
        let said = has_pages(&options, program.path()).unwrap_err();
        let words = format!("hash.txt is missing in {};", program.path().display());
        assert!(said.contains(&words), "{said}");
        std::fs::write(
            program.path().join("hash.txt"),
            "js: aaa\nwasm: bbb\ncss: ccc\nsplit: ddd\n",
        )
        .unwrap();
        for name in ["speakle.ccc.css", "speakle.aaa.js", "speakle.bbb.wasm"] {
            let said = has_pages(&options, program.path()).unwrap_err();
            assert!(said.contains(&format!("{name} is missing")), "{said}");
            std::fs::write(pkg.join(name), "").unwrap();
        }
        assert_eq!(has_pages(&options, program.path()), Ok(()));
        // Another build's.
        std::fs::write(program.path().join("hash.txt"), "js: eee\nwasm: bbb\ncss: ccc\n").unwrap();
        assert!(
            has_pages(&options, program.path())
                .unwrap_err()
                .contains("speakle.eee.js")
        );
    }
}
