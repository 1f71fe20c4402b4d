// KindCodec: how objects of one kind are read from JSON, written as JSON, printed as rows, picked
// by their fields and compared. What is generic asks the codec of a kind (codec_of) and knows no
// kind by name; a new kind is a file here and its row in kind_codecs.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/codec/decode.h"
#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/json_text.h"
#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

// A column of what kubectl prints (meta.k8s.io/v1 TableColumnDefinition).
struct Column {
  std::string_view name;
  std::string_view type = "string";
  std::string_view format = {};
  int priority = 0;  // 1: only with -o wide
};
inline constexpr Column name_column{.name = "Name", .format = "name"};
inline constexpr Column age_column{.name = "Age"};

// Objects given to a codec are of its kind. Codecs have no state, and live for ever.
class KindCodec {
 public:
  // Writes every member but kind, apiVersion and metadata. `as` tells which of two rows of a kind
  // is asked for.
  virtual void render(JsonText& json, const Object& object, const KindInfo& as) const = 0;
  // The same members as Go prints the kind's zero value; what a bookmark holds.
  virtual std::string_view zero() const { return {}; }

  // The columns of a table, and one row's cells in their order. Unless overridden: name and age.
  // `age` is since the creation, as kubectl prints it.
  virtual std::vector<Column> columns() const { return {name_column, age_column}; }
  virtual void cells(JsonText& json, const Object& object, const std::string& age,
                     ports::WallTime now) const;

  // Whether a fieldSelector may name `field`, beside metadata.name and metadata.namespace; and what
  // stands in it.
  virtual bool selects_by(std::string_view /*field*/) const { return false; }
  virtual std::string field(const Object& /*object*/, std::string_view /*field*/) const {
    return {};
  }

  // Only of kinds that clients write whole (Writes::all):
  // a new object with nothing in it,
  virtual std::shared_ptr<Object> make(Kind kind) const;
  // and its members beside metadata, from a client's. Broken rules go to `out.causes`, wrong types
  // and unknown members to the Fields.
  virtual void decode(detail::Fields& fields, const KindInfo& as, Decoded& out) const;

  // Whether storing `next` would change nothing, metadata aside, that a client can see.
  virtual bool same(const Object& now, const Object& next) const = 0;
  // Gives `next`, which a client wrote, what clients do not write of `now`: its status. Breaking a
  // rule about changes is a cause.
  virtual void carry_over(const Object& /*now*/, Object& /*next*/,
                          std::vector<Cause>& /*causes*/) const {}
  // Whether metadata.generation counts this change. Unless overridden: any that a client can see.
  virtual bool counts(const Object& now, const Object& next) const;

 protected:
  ~KindCodec() = default;
};

const KindCodec& codec_of(Kind kind);
// True when storing `next` in the place of `now` would change nothing that a client can see.
bool same_object(const Object& now, const Object& next);

// One function a file; rows of codec_of.
const KindCodec& deployment_codec();
const KindCodec& replica_set_codec();
const KindCodec& pod_codec();
const KindCodec& lease_codec();
const KindCodec& event_codec();
const KindCodec& endpoints_codec();
const KindCodec& endpoint_slice_codec();
const KindCodec& namespace_codec();
// Of every kind whose JSON is kept as given.
const KindCodec& document_codec();

}  // namespace mocks::kubernetes
