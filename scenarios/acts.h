// Acts: everything that somebody at a keyboard, or nature, can do in a scenario, in one table: the
// word, what argument it takes, what undoes it, who may use it and what it does. Reading, the JSON
// Schema, the printing and the playing of acts follow from a row; a new act is an enumerator and
// its row.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "rotator/ports/result.h"
#include "scenarios/argument.h"

namespace scenarios {

class Hand;
class Play;
class Stage;
class World;

enum class Act {
  create_secret,
  replace_secret,
  put_secret,
  restart,
  rollout_status,
  shift_traffic,
  wait,
  delete_secret,
  re_add_secret,
  pause_rollout,
  resume_rollout,
  seal,
  unseal,
  lag_reads,
  sync_reads,
  revoke_logins,
  throttle_logins,
  relieve_logins,
  hold_refresh,
  release_refresh,
  hold_ready,
  release_ready,
  hold_polling,
  release_polling,
  hold_injection,
  release_injection,
  lag_standby,
  sync_standby,
  wedge_agent,
  free_agent,
  break_exec,
  mend_exec,
  crash_container,
  take_down,
  bring_up,
  partition,
  repair,
  kill,
  start,
  interrupt,
};

// What an act does, by whom it is done. Each is given an argument of its row's kind.
// What could not be done is an Error, and a deviation of the run: it tested less than it says.
// Happens to the mocks of a world. Under the world's lock.
using InWorld = ports::Status (*)(World& world, const Argument& argument);
// One of the guide's commands by hand; a human beside the driver does it when it stands in a
// timeline. Error with the sentence that the person would read.
using ByHand = ports::Status (*)(Hand& hand, const Argument& argument);
// Happens to the network.
using OnStage = void (*)(Stage& stage, const Argument& argument);
// Happens to the driver's process.
using ToDriver = ports::Status (*)(Play& play);
using Effect = std::variant<OnStage, InWorld, ByHand, ToDriver>;

struct ActRow {
  Act act = Act::wait;
  std::string_view name = {};
  ArgumentKind argument = ArgumentKind::yes;
  // What undoes it or is undone by it. Of a pair the one that begins something stands first.
  std::optional<Act> opposite = {};
  bool begun_elsewhere = false;      // what it undoes may also have happened without a timeline
  Effect effect = InWorld(nullptr);  // never null in the table
  std::string_view phase = {};       // ByHand: what the report calls the time from this command on
  // One line for the schema; empty where it may not be used.
  std::string_view as_command = {};   // in `operator:`, the guide's commands in order
  std::string_view in_timeline = {};  // in `timeline:`
};

// Every act once, in the order in which complaints list them.
std::span<const ActRow> all_acts();
const ActRow& row_of(Act act);
// What a timeline must have done before this act, or the act would change nothing; null for an act
// that begins something, or whose beginning may come from elsewhere.
const ActRow* begun_by(const ActRow& row);

// Where an act stands in a file.
enum class ActPlace { command, timeline };
// The row of a word that may stand there; null when none does.
const ActRow* find_act(std::string_view name, ActPlace place);
// The words that may stand there: "seal, unseal, ...".
std::string act_names(ActPlace place);

// The word and its argument as a file writes them: "take_down vault", "restart".
std::string to_string(Act act, const Argument& argument);
// The JSON Schema (draft 7) of what may follow the word there, as one JSON object.
std::string argument_schema(const ActRow& row, ActPlace place);

}  // namespace scenarios
