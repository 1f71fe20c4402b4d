// Values: the old and the new secret in plain, as far as this run knows them, and whether a create
// may have happened that nobody knows of. In memory only; the journal has their fingerprints.
#pragma once

#include <utility>

#include "rotator/ports/random.h"
#include "rotator/ports/secret.h"
#include "rotator/rotation/context/ledger.h"
#include "rotator/rotation/context/systems.h"

namespace rotator {

class Values {
 public:
  // All must outlive this.
  Values(Systems& systems, Ledger& ledger, const Configuration& configuration)
      : systems_(systems), ledger_(ledger), configuration_(configuration) {}

  // Empty = not known (yet, or not any more): whoever needs it says so.
  const ports::Secret& old_value() const { return old_; }
  const ports::Secret& new_value() const { return new_; }
  void learn_old(ports::Secret value) { old_ = std::move(value); }
  void learn_new(ports::Secret value) { new_ = std::move(value); }

  // What the new secret shall be where the provider lets it be chosen: 256 random bits, drawn when
  // there is no wish. It stays until it is dropped, so that asking once more asks for the same.
  const ports::Secret& wish(ports::Random& random);
  // The wish that there is; empty = none.
  const ports::Secret& wished() const { return wish_; }
  void learn_wish(ports::Secret value) { wish_ = std::move(value); }
  void drop_wish() { wish_ = {}; }

  // For a run that takes up what another began: both by the journal's fingerprints, from Vault or,
  // where it shows them, from the provider; and a wish that lies in Vault. One that cannot be had
  // stays empty. An Error only when
  // a system did not answer. Needs the provider connected.
  ports::Status recall();

  // A secret may exist at the provider that the journal does not name: the reply to a create was
  // lost, here or in a run before. Before another one is made it must be looked for.
  bool create_in_doubt() const { return create_in_doubt_; }
  void doubt_create(bool doubt) { create_in_doubt_ = doubt; }

 private:
  ports::Status recall_from_vault();
  // What `data` holds of what is sought, in either field.
  void recall_from_data(const KvData& data);
  // From that version, if `wanted` is not known yet.
  ports::Status recall_from_version(int version, const ports::Secret& wanted);
  ports::Status recall_from_provider(const std::string& id, const ports::Fingerprint& expected,
                                     ports::Secret& into);

  Systems& systems_;
  Ledger& ledger_;
  const Configuration& configuration_;
  ports::Secret old_;
  ports::Secret new_;
  ports::Secret wish_;
  bool create_in_doubt_ = false;
};

}  // namespace rotator
