//! The pages `docs/an-hour.md` and `docs/tutorial.md`, run from top to bottom in the demo district.

#[path = "support/homes.rs"]
mod homes;
#[path = "support/page.rs"]
mod page;

#[test]
fn the_hour_shows_what_the_program_says() {
    assert_eq!(page::run("docs/an-hour.md"), (3, 5));
}

#[test]
fn the_tutorial_shows_what_the_program_says() {
    assert_eq!(page::run("docs/tutorial.md"), (4, 6));
}
