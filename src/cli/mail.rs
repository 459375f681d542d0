//! `mail test`: one letter about nobody, through the configured transport, now.

use super::args::MailCommand;
use super::output::Exit;
use super::{Desk, Stop};
use crate::clock;
use crate::round;

/// Tries the mail settings.
pub(super) fn mail(desk: &mut Desk<'_>, command: &MailCommand) -> Result<Exit, Stop> {
    let MailCommand::Test { address } = command;
    let setup = desk.setup()?;
    let now = clock::now(&setup.config.district.time_zone);
    let answer = round::send_test(&setup, address, &now)?;
    let place = match &setup.config.mail.smtp {
        _ if setup.config.mail.channel.is_some() => {
            format!(
                "through the channel {}",
                setup.config.mail.channel.as_deref().unwrap_or_default()
            )
        }
        Some(smtp) => format!("through {}:{}", smtp.host, smtp.port),
        None => "into var/letters".to_owned(),
    };
    writeln!(desk.out, "A test letter to {address} went {place}: {answer}")?;
    Ok(Exit::Done)
}
