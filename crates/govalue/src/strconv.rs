//! Text and numbers, as Go's package `strconv` converts them.
//!
//! * [`quote`] and its relatives write Go string and character literals, [`unquote`] reads them;
//! * [`format_float`], [`append_float`], [`append_int`] write numbers;
//! * [`parse_int`], [`parse_uint`], [`parse_float`], [`parse_bool`], [`atoi`] read them; a [`NumError`] prints as Go's.

mod float;
mod number;
mod print_table;
mod quote;

pub use float::{append_float, format_float, parse_float};
pub use number::{
    Limit, NumError, Reason, append_int, append_uint, atoi, format_int, parse_bool, parse_int, parse_uint,
};
pub use quote::{
    Unquoted, append_quote, append_quote_rune, append_quote_rune_to_ascii, append_quote_to_ascii,
    can_backquote, is_graphic, is_print, quote, quote_rune, quote_rune_to_ascii, quote_rune_to_graphic,
    quote_to_ascii, quote_to_graphic, unquote, unquote_char, unquoted,
};
