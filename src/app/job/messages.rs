//! The credit of every message.

use std::sync::Arc;

use super::{Analysis, Lane, Work, is_short};
use crate::{
    app::lists::TableActs,
    credit::{self, MessageSetting, MessageTable},
    model::{Episode, Unavailable},
};

/// Divides the credit of agents among their messages.
#[derive(Debug, PartialEq)]
pub struct MessagesJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// The credit that is divided.
    pub analysis: Arc<Analysis>,
    /// How.
    pub setting: MessageSetting,
}

impl Work for MessagesJob {
    /// The credit of every message, or what it lacks.
    type Answer = (Result<MessageTable, Unavailable>, MessageRows);

    const LANE: Lane = Lane::Acts;

    fn run(&self) -> Self::Answer {
        let table = match &self.analysis.credit {
            Ok(credit) => credit::message_table(&self.episode, &self.analysis.scenario, credit, self.setting),
            Err(why) => Err(why.clone()),
        };
        let rows = MessageRows::of(&table);
        (table, rows)
    }

    fn is_short(&self) -> bool {
        is_short(&self.episode)
    }
}

/// What is looked up in a table of messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageRows {
    /// The messages in the order of the table.
    pub acts: TableActs,
    /// The largest number of a message, without its sign.
    pub largest: f64,
}

impl MessageRows {
    /// Of the rows of a table; empty without a table.
    pub fn of(table: &Result<MessageTable, Unavailable>) -> Self {
        let messages = || table.iter().flat_map(|it| &it.senders).flat_map(|it| &it.messages);
        let numbers = messages().flat_map(|it| [it.flow, it.centred, it.softmax]).flatten();
        Self {
            acts: TableActs::of(messages().map(|it| it.act)),
            largest: numbers.fold(0.0, |size, it| f64::max(size, it.abs())),
        }
    }
}
