// Whom a client trusts and how it shows itself, from files and text into OpenSSL's context.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include "rotator/ports/system_http.h"
#include "rotator/ports/system_tls_connection.h"

namespace ports {
namespace {

using Memory = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

std::string openssl_reason() {
  const unsigned long error = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(error);
  ERR_clear_error();
  return reason != nullptr ? reason : "not PEM";
}

tl::unexpected<Error> cannot_use(const std::string& what, const std::string& reason) {
  return fail(ErrorCode::configuration, "cannot use " + what + ": " + reason);
}

// The text, or else what the file holds.
Result<std::string> text_or_file(const std::string& text, const std::string& file,
                                 const std::string& what) {
  if (file.empty()) return text;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  if (!in || !(content << in.rdbuf()))
    return cannot_use(what + " " + file, errno != 0 ? std::strerror(errno) : "it is empty");
  return std::move(content).str();
}

Memory reader_of(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all};
}

// No callback asks the terminal for a pass phrase: an encrypted key is an error.
int no_pass_phrase(char*, int, int, void*) { return -1; }

Status trust(SSL_CTX* context, const std::string& pem, const std::string& what) {
  const Memory memory = reader_of(pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int added = 0;
  ERR_clear_error();
  while (X509* certificate = PEM_read_bio_X509(memory.get(), nullptr, no_pass_phrase, nullptr)) {
    added += X509_STORE_add_cert(store, certificate);
    X509_free(certificate);
  }
  if (added == 0) return cannot_use(what, "it holds no certificate in PEM form");
  // The end of the input is told as an error too; any other is a certificate that is damaged.
  const unsigned long last = ERR_peek_last_error();
  if (last != 0 && ERR_GET_REASON(last) != PEM_R_NO_START_LINE)
    return cannot_use(what, openssl_reason());
  ERR_clear_error();
  return {};
}

Status show_certificate(SSL_CTX* context, const std::string& chain_pem, std::string_view key_pem,
                        const std::string& what) {
  ERR_clear_error();
  const Memory chain = reader_of(chain_pem);
  X509* own = PEM_read_bio_X509(chain.get(), nullptr, no_pass_phrase, nullptr);
  if (own == nullptr) return cannot_use(what, openssl_reason());
  const bool used = SSL_CTX_use_certificate(context, own) == 1;
  X509_free(own);
  if (!used) return cannot_use(what, openssl_reason());
  while (X509* link = PEM_read_bio_X509(chain.get(), nullptr, no_pass_phrase, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, link) != 1) {
      X509_free(link);
      return cannot_use(what, openssl_reason());
    }
  }
  ERR_clear_error();
  const Memory memory = reader_of(key_pem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(memory.get(), nullptr, no_pass_phrase, nullptr);
  if (key == nullptr) return cannot_use("the key of " + what, openssl_reason());
  const bool fits = SSL_CTX_use_PrivateKey(context, key) == 1;
  EVP_PKEY_free(key);
  if (!fits) return cannot_use("the key of " + what, openssl_reason());
  return {};
}

Status load_authorities(SSL_CTX* context, const OriginOptions& options,
                        const std::vector<std::string>& ca_files) {
  if (!options.ca_file.empty() || !options.ca_pem.empty()) {
    for (const auto& file : {options.ca_file, std::string()}) {
      const std::string& text = file.empty() ? options.ca_pem : file;
      if (text.empty()) continue;
      const std::string what =
          file.empty() ? "the authority given as text" : "authority file " + file;
      const auto pem = text_or_file(options.ca_pem, file, "authority file");
      if (!pem) return fail(pem.error());
      if (auto trusted = trust(context, *pem, what); !trusted) return trusted;
    }
    return {};
  }
  SSL_CTX_set_default_verify_paths(context);
  for (const auto& file : ca_files) {
    const auto pem = text_or_file({}, file, "authority file");
    if (!pem) return fail(pem.error());
    if (auto trusted = trust(context, *pem, "authority file " + file); !trusted) return trusted;
  }
  return {};
}

}  // namespace

Result<TlsContext> make_tls_context(const OriginOptions& options,
                                    const std::vector<std::string>& ca_files) {
  TlsContext tls;
  tls.context.reset(SSL_CTX_new(TLS_client_method()));
  tls.server_name = options.tls_server_name;
  SSL_CTX* context = tls.context.get();
  if (context == nullptr) return cannot_use("TLS", openssl_reason());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_pass_phrase);
  if (auto loaded = load_authorities(context, options, ca_files); !loaded)
    return fail(loaded.error());

  const auto chain = text_or_file(options.client_certificate_pem, options.client_certificate_file,
                                  "client certificate");
  if (!chain) return fail(chain.error());
  if (chain->empty()) return tls;
  Secret key;
  if (options.client_key_file.empty()) {
    key = options.client_key_pem.clone();
  } else {
    auto read = text_or_file({}, options.client_key_file, "client key");
    if (!read) return fail(read.error());
    key = Secret(std::move(*read));
  }
  const std::string what = options.client_certificate_file.empty()
                               ? "the client certificate given as text"
                               : "client certificate " + options.client_certificate_file;
  if (auto shown = show_certificate(context, *chain, key.reveal_to_wire(), what); !shown)
    return fail(shown.error());
  return tls;
}

}  // namespace ports
